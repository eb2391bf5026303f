// graphql-http's audits of a server, as one JSON array.
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2] });
const told = await Promise.all(results.map(async ({ id, name, status, reason, response }) => ({ id, name, status, reason, code: response?.status })));
process.stdout.write(JSON.stringify(told));
