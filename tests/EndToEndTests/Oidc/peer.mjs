// npm oidc-provider, configured with the same clients: the script that judges the platform must pass against it as well.
import Provider from 'oidc-provider';

const config = JSON.parse(process.argv[2]);

const provider = new Provider(config.issuer, {
  clients: [
    {
      client_id: config.web.id, client_secret: config.web.secret, grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      redirect_uris: [config.web.redirect], response_types: ['code'], token_endpoint_auth_method: config.web.method ?? 'client_secret_basic',
    },
    {
      client_id: config.native.id, application_type: 'native', token_endpoint_auth_method: 'none', response_types: ['code'], redirect_uris: [config.native.redirect],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    },
  ],
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, name: id }) }),
  claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    dPoP: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  rotateRefreshToken: true,
  cookies: { keys: ['a key for signing cookies of one test run'] },
});

provider.listen(new URL(config.issuer).port, '127.0.0.1', () => console.log('listening'));
