import { addressRange, list, note, origins, port, requestsPerMinute, text } from './kinds.ts';

export const http = {
  MARSAD_HTTP_HOST: note(text.default('0.0.0.0'), {
    section: 'HTTP',
    text: 'Address the api listens on: dashboard, HTTP API, /docs, /metrics. 127.0.0.1 hides it from other machines.',
  }),
  MARSAD_HTTP_PORT: note(port.default(8088), { section: 'HTTP', text: 'TCP port of the api.' }),
  MARSAD_TLS_CERT: note(text.optional(), {
    section: 'HTTP',
    text: 'PEM file with the certificate chain. With MARSAD_TLS_KEY, api and edge speak HTTPS and WSS.',
  }),
  MARSAD_TLS_KEY: note(text.optional(), { section: 'HTTP', text: 'PEM file with the private key of MARSAD_TLS_CERT.' }),
  MARSAD_CORS_ORIGINS: note(origins.default([]), {
    section: 'HTTP',
    text: 'Origins whose pages may call the HTTP API, separated by commas, or *. The dashboard itself needs none.',
  }),
  MARSAD_TRUSTED_PROXIES: note(
    list
      .refine((values) => values.every((value) => addressRange.test(value)), {
        error: 'must be addresses or ranges such as 10.0.0.0/8, separated by commas',
      })
      .default([]),
    {
      section: 'HTTP',
      text: 'Addresses or ranges of proxies whose X-Forwarded-* headers api and edges believe, separated by commas.',
    },
  ),
  MARSAD_RATE_LIMIT_USER: note(requestsPerMinute.default(6_000), {
    section: 'HTTP',
    text: 'Requests one user may make in a minute, over all api processes; 0 does not limit. A full wall needs about 500.',
    unit: 'requests/min',
  }),
  MARSAD_RATE_LIMIT_ADDRESS: note(requestsPerMinute.default(30_000), {
    section: 'HTTP',
    text: 'Requests one address may make in a minute, all its users together; 0 does not limit. Behind a proxy see MARSAD_TRUSTED_PROXIES.',
    unit: 'requests/min',
  }),
};
