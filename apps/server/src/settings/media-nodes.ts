import { z } from 'zod';
import { list, note, roleSet, rpcAddress, text } from './kinds.ts';

export const mediaNodes = {
  MARSAD_MEDIA_NODES: note(
    list
      .refine((values) => values.length > 0 && values.every((value) => roleSet.test(value)), {
        error: 'must name the roles of each process: ingest, edge or ingest+edge, separated by commas',
      })
      .default(['ingest+edge']),
    {
      section: 'Media nodes',
      text: 'Media-node processes that `marsad start` runs, by role, separated by commas: `ingest,ingest,edge` is three processes. `ingest+edge` is one with both.',
    },
  ),
  MARSAD_RPC_LISTEN: note(z.string().regex(rpcAddress, 'must be unix:/path or tls://host:port').optional(), {
    section: 'Media nodes',
    text: 'Where a media node takes commands of the api: unix:/path or tls://host:port.',
    fallback: 'a Unix socket in the run folder, named after the node',
  }),
  MARSAD_RPC_ADVERTISE: note(z.string().regex(rpcAddress, 'must be unix:/path or tls://host:port').optional(), {
    section: 'Media nodes',
    text: 'Address under which others reach MARSAD_RPC_LISTEN, when that differs.',
  }),
  MARSAD_RPC_TLS_CERT: note(text.optional(), {
    section: 'Media nodes',
    text: 'PEM file with the certificate of a node that listens on tls://.',
  }),
  MARSAD_RPC_TLS_KEY: note(text.optional(), {
    section: 'Media nodes',
    text: 'PEM file with the private key of MARSAD_RPC_TLS_CERT.',
  }),
  MARSAD_RPC_TLS_CA: note(text.optional(), {
    section: 'Media nodes',
    text: 'PEM file with the authority that signed the nodes’ certificates.',
  }),
  MARSAD_WEBHOOK_URLS: note(list.default([]), {
    section: 'Media nodes',
    text: 'URLs that get the LiveKit webhooks of the edges, separated by commas.',
  }),
};
