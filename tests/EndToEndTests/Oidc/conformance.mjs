// Drives an OpenID provider with two independent clients, openid-client and oauth4webapi, and a real browser.
// Usage: node conformance.mjs CONFIG (JSON: issuer, username, password, chromium, web{id,secret,redirect}, native{id,redirect}).
// Prints a line a check; the exit code is the number of failures.
import assert from 'node:assert/strict';
import http from 'node:http';
import * as client from 'openid-client';
import * as oauth from 'oauth4webapi';
import { openBrowser } from './browser.mjs';

const config = JSON.parse(process.argv[2]);
const issuer = new URL(config.issuer);
const scope = 'openid profile email offline_access';
const insecure = { execute: [client.allowInsecureRequests] };

// The clients' own end: whatever comes to a redirect URI is a blank page, whose address is the answer.
const landing = http.createServer((request, response) => response.end('<!DOCTYPE html><title>back</title>')).listen(new URL(config.web.redirect).port, '127.0.0.1');
const isBack = (page) => page.url().startsWith(config.web.redirect) || page.url().startsWith(config.native.redirect);
const person = await openBrowser(config);

const web = await client.discovery(issuer, config.web.id, config.web.secret, client.ClientSecretBasic(config.web.secret), insecure);
const native = await client.discovery(issuer, config.native.id, undefined, client.None(), insecure);
const server = web.serverMetadata();

async function ask(as, redirect, extra = {}, options = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const parameters = {
    redirect_uri: redirect, scope, state, nonce, prompt: 'consent',
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...extra,
  };
  const address = options.pushed
    ? await client.buildAuthorizationUrlWithPAR(as, parameters, options.dpop ? { DPoP: options.dpop } : undefined)
    : client.buildAuthorizationUrl(as, parameters);
  const answer = new URL(await person.walk(address.href, isBack));
  return client.authorizationCodeGrant(
    as, answer, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }, undefined,
    options.dpop ? { DPoP: options.dpop } : undefined);
}

const refused = (error) => (thrown) => {
  assert.equal(thrown.error ?? thrown.cause?.[0]?.parameters?.error, error);
  return true;
};

const checks = {
  'discovery: the document names its issuer and S256': async () => {
    assert.equal(server.issuer, config.issuer);
    assert(server.code_challenge_methods_supported.includes('S256'));
    assert.equal(server.authorization_response_iss_parameter_supported, true);
  },

  'code + PKCE, refresh, userinfo, introspection, revocation (confidential client)': async () => {
    const tokens = await ask(web, config.web.redirect);
    assert.equal(tokens.token_type, 'bearer');
    const { sub } = tokens.claims();
    const user = await client.fetchUserInfo(web, tokens.access_token, sub);
    assert.equal(user.email, config.username);

    const next = await client.refreshTokenGrant(web, tokens.refresh_token);
    assert.notEqual(next.refresh_token, tokens.refresh_token);
    const facts = await client.tokenIntrospection(web, next.access_token);
    assert.equal(facts.active, true);
    assert.equal(facts.client_id, config.web.id);

    await client.tokenRevocation(web, next.refresh_token);
    assert.equal((await client.tokenIntrospection(web, next.refresh_token)).active, false);
    await assert.rejects(client.refreshTokenGrant(web, next.refresh_token), refused('invalid_grant'));
  },

  'a refresh token that was used revokes its successors': async () => {
    const tokens = await ask(web, config.web.redirect);
    const next = await client.refreshTokenGrant(web, tokens.refresh_token);
    await assert.rejects(client.refreshTokenGrant(web, tokens.refresh_token), refused('invalid_grant'));
    await assert.rejects(client.refreshTokenGrant(web, next.refresh_token), refused('invalid_grant'));
  },

  'code + PKCE (public client on loopback)': async () => {
    const tokens = await ask(native, config.native.redirect);
    assert.equal((await client.fetchUserInfo(native, tokens.access_token, tokens.claims().sub)).sub, tokens.claims().sub);
  },

  'a code challenge is demanded of public clients': async () => {
    const address = client.buildAuthorizationUrl(native, { redirect_uri: config.native.redirect, scope, state: 's' });
    const answer = new URL(await person.walk(address.href, isBack));
    assert.equal(answer.searchParams.get('error'), 'invalid_request');
  },

  'pushed authorization request': async () => {
    const tokens = await ask(web, config.web.redirect, {}, { pushed: true });
    assert(tokens.id_token);
  },

  'device flow': async () => {
    const device = await client.initiateDeviceAuthorization(native, { scope });
    const done = client.pollDeviceAuthorizationGrant(native, device);
    await person.walk(device.verification_uri_complete, (page) => page.url().endsWith('/device/confirm') || !page.url().includes('user_code') && page.url().includes('/device/'));
    const tokens = await done;
    assert(tokens.access_token && tokens.id_token);
  },

  'DPoP: bound tokens, userinfo with a proof, bound refresh': async () => {
    const keys = await client.randomDPoPKeyPair('ES256');
    const dpop = client.getDPoPHandle(native, keys);
    const tokens = await ask(native, config.native.redirect, {}, { dpop });
    assert.equal(tokens.token_type, 'dpop');
    await client.fetchUserInfo(native, tokens.access_token, tokens.claims().sub, { DPoP: dpop });
    const asBearer = await fetch(server.userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.equal(asBearer.status, 401);
    await assert.rejects(client.refreshTokenGrant(native, tokens.refresh_token), refused('invalid_grant'));
    const next = await client.refreshTokenGrant(native, tokens.refresh_token, undefined, { DPoP: dpop });
    assert.equal(next.token_type, 'dpop');
  },

  'DPoP with a pushed request': async () => {
    const dpop = client.getDPoPHandle(native, await client.randomDPoPKeyPair('ES256'));
    const tokens = await ask(native, config.native.redirect, {}, { dpop, pushed: true });
    assert.equal(tokens.token_type, 'dpop');
  },

  'client credentials': async () => {
    const tokens = await client.clientCredentialsGrant(web);
    assert(tokens.access_token && !tokens.refresh_token);
  },

  'oauth4webapi: discovery, code + PKCE, iss, ID token signature, userinfo, refresh, revocation': async () => {
    const allow = { [oauth.allowInsecureRequests]: true };
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, allow));
    const me = { client_id: config.web.id };
    const proof = oauth.ClientSecretBasic(config.web.secret);
    const verifier = oauth.generateRandomCodeVerifier();
    const nonce = oauth.generateRandomNonce();
    const address = new URL(as.authorization_endpoint);
    address.search = new URLSearchParams({
      client_id: me.client_id, response_type: 'code', redirect_uri: config.web.redirect, scope, nonce, state: 'st', prompt: 'consent',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    });
    const answer = oauth.validateAuthResponse(as, me, new URL(await person.walk(address.href, isBack, { afresh: true })), 'st');
    const response = await oauth.authorizationCodeGrantRequest(as, me, proof, answer, config.web.redirect, verifier, allow);
    const tokens = await oauth.processAuthorizationCodeResponse(as, me, response, { expectedNonce: nonce, requireIdToken: true });
    await oauth.validateApplicationLevelSignature(as, response, allow);
    const { sub } = oauth.getValidatedIdTokenClaims(tokens);
    await oauth.processUserInfoResponse(as, me, sub, await oauth.userInfoRequest(as, me, tokens.access_token, allow));
    const next = await oauth.processRefreshTokenResponse(as, me, await oauth.refreshTokenGrantRequest(as, me, proof, tokens.refresh_token, allow));
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, me, proof, next.refresh_token, allow));
  },
};

let failures = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok - ${name}`);
  } catch (error) {
    failures++;
    console.log(`not ok - ${name}: ${error.stack}\n  cause: ${JSON.stringify(error.cause ?? null)}`);
  }
}

await person.close();
landing.close();
process.exit(failures);
