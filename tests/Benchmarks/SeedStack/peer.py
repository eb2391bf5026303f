"""The seed's own stack, as its documents write it: FastAPI, asyncpg, Redis, JWT (HS256), served by uvicorn.

The same rules as the platform's: a bearer token names tenant and permissions, the tenant's minute, hour and day are
counted in Redis, rows are those of the tenant. Where the documents would be slower than they need be (a blocking Redis
client, a query for the user of each request), the quicker way is taken.
"""
import os
import time
from datetime import datetime
from typing import Dict, List, Optional

import asyncpg
import jwt
import redis.asyncio as redis
from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

SECRET = os.environ["PEER_SECRET"]
WINDOWS = (("minute", 60, 100_000_000), ("hour", 3600, 1_000_000_000), ("day", 86_400, 2_000_000_000))

app = FastAPI()
bearer = OAuth2PasswordBearer(tokenUrl="token")


class Caller(BaseModel):
    tenant: str
    permissions: List[str]


class IndicatorResponse(BaseModel):
    id: str
    name: str
    pattern: str
    indicator_type: Optional[str]
    value: Optional[str]
    severity: Optional[str]
    confidence: Optional[int]
    labels: List[str]
    valid_from: datetime
    created: datetime
    modified: datetime


class IndicatorPage(BaseModel):
    items: List[IndicatorResponse]


class LookupRequest(BaseModel):
    values: List[str]


class LookupMatch(BaseModel):
    id: str
    name: str
    indicator_type: Optional[str]
    severity: Optional[str]
    confidence: Optional[int]


class LookupResult(BaseModel):
    value: str
    matches: List[LookupMatch]


class LookupResults(BaseModel):
    results: List[LookupResult]


@app.on_event("startup")
async def start() -> None:
    app.state.pool = await asyncpg.create_pool(os.environ["PEER_POSTGRES"], min_size=10, max_size=20)
    app.state.redis = redis.from_url(os.environ["PEER_REDIS"])


def caller(token: str = Depends(bearer)) -> Caller:
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="platform")
    except jwt.PyJWTError:
        raise HTTPException(status_code=401, detail="Could not validate credentials")
    return Caller(tenant=claims["tenant"], permissions=claims["permissions"].split(" "))


async def limited(response: Response, who: Caller = Depends(caller)) -> Caller:
    now = int(time.time())
    async with app.state.redis.pipeline(transaction=False) as pipe:
        for name, seconds, _ in WINDOWS:
            key = f"rate_limit:{who.tenant}:{name}:{now // seconds}"
            pipe.incr(key)
            pipe.expire(key, seconds)
        counts = (await pipe.execute())[::2]
    for (name, _, limit), count in zip(WINDOWS, counts):
        if count > limit:
            raise HTTPException(status_code=429, detail="Rate limit exceeded")
    response.headers["X-RateLimit-Limit"] = str(WINDOWS[0][2])
    response.headers["X-RateLimit-Remaining"] = str(max(0, WINDOWS[0][2] - counts[0]))
    return who


def reader(who: Caller = Depends(limited)) -> Caller:
    if "read:all" not in who.permissions and "read:threat_intel" not in who.permissions:
        raise HTTPException(status_code=403, detail="Insufficient permissions")
    return who


@app.get("/api/v2/threat-intel/indicators", response_model=IndicatorPage)
async def indicators(
    indicator_type: Optional[str] = Query(None),
    severity: Optional[str] = Query(None),
    skip: int = Query(0, ge=0),
    limit: int = Query(50, ge=1, le=500),
    who: Caller = Depends(reader),
):
    rows = await app.state.pool.fetch(
        """SELECT id, name, pattern, indicator_type, value, severity, confidence, labels, valid_from, created, modified FROM indicators
           WHERE tenant_id = $1 AND ($2::text IS NULL OR indicator_type = $2) AND ($3::text IS NULL OR severity = $3)
           ORDER BY modified DESC, id LIMIT $4 OFFSET $5""",
        who.tenant, indicator_type, severity, limit, skip)
    return {"items": [dict(row) for row in rows]}


@app.post("/api/v2/threat-intel/indicators/lookup", response_model=LookupResults)
async def lookup(body: LookupRequest, who: Caller = Depends(reader)):
    rows = await app.state.pool.fetch(
        "SELECT value, id, name, indicator_type, severity, confidence FROM indicators WHERE tenant_id = $1 AND value = ANY($2)",
        who.tenant, body.values)
    found: Dict[str, List[dict]] = {}
    for row in rows:
        found.setdefault(row["value"], []).append(dict(row))
    return {"results": [{"value": value, "matches": found.get(value, [])} for value in body.values]}


@app.get("/ready")
async def ready():
    return {"ready": True}
