import { z } from 'zod';
import { list, note, origins, port, seconds, text, url } from './kinds.ts';

export const edge = {
  MARSAD_EDGE_HOST: note(text.default('0.0.0.0'), {
    section: 'Edge',
    text: 'Address on which an edge takes viewers (signalling, WHEP, media).',
  }),
  MARSAD_EDGE_PORT: note(port.default(7880), {
    section: 'Edge',
    text: 'TCP port of the first edge process; a second one on this machine takes the next, and so on.',
  }),
  MARSAD_EDGE_UDP_PORT: note(port.default(7882), {
    section: 'Edge',
    text: 'UDP port of the first edge process, through which all its viewers get their pictures; the next edge takes the next.',
  }),
  MARSAD_RTSP: note(z.enum(['on', 'off'], 'must be on or off').default('on'), {
    section: 'Edge',
    text: 'Whether an edge speaks RTSP, for players and recorders to read from and cameras to publish to.',
  }),
  MARSAD_RTSP_PORT: note(port.default(8554), {
    section: 'Edge',
    text: 'TCP port of the first edge’s RTSP server; a second edge on this machine takes the next, and so on.',
  }),
  MARSAD_RTSPS_PORT: note(port.default(8322), {
    section: 'Edge',
    text: 'The same for RTSP over TLS, which is spoken where MARSAD_TLS_CERT is set.',
  }),
  MARSAD_RTSP_UDP_PORT: note(port.max(65_534, 'must be a port number, at most 65534').default(8000), {
    section: 'Edge',
    text: 'UDP port through which RTSP clients that want datagrams get them (RTP); the next one is for RTCP. The next edge takes the next two.',
  }),
  MARSAD_EDGE_PUBLIC_ADDRESSES: note(list.default([]), {
    section: 'Edge',
    text: 'IP addresses at which viewers reach the UDP port, separated by commas: needed behind NAT. Empty: the addresses of this machine.',
  }),
  MARSAD_EDGE_PUBLIC_URL: note(url('http:', 'https:', 'ws:', 'wss:').optional(), {
    section: 'Edge',
    text: 'URL at which viewers reach the first edge. Unset: the host name of their request with the edge port.',
  }),
  MARSAD_EDGE_CORS_ORIGINS: note(origins.default(['*']), {
    section: 'Edge',
    text: 'Origins whose pages may connect to the edge, separated by commas, or *. A token is needed either way.',
  }),
  TURN_URLS: note(
    list
      .refine((values) => values.every((value) => /^(turns?|stuns?):\S+$/i.test(value)), {
        error: 'must be addresses such as turn:turn.example:3478?transport=udp, separated by commas',
      })
      .default([]),
    {
      section: 'Edge',
      text: 'TURN and STUN servers viewers are told of, separated by commas: turn:host:3478?transport=udp,turns:host:5349?transport=tcp.',
    },
  ),
  TURN_SECRET: note(
    z.string().min(16, 'must have at least 16 characters: whoever knows it can use the relay').optional(),
    {
      section: 'Edge',
      text: 'Secret shared with the TURN servers (`static-auth-secret` of coturn), of which each viewer’s credentials are made.',
      secret: true,
    },
  ),
  TURN_TTL: note(seconds(60, 604_800).default(43_200), {
    section: 'Edge',
    text: 'How long a viewer’s TURN credentials can be used to begin a relayed connection.',
    unit: 's',
  }),
  TURN_FORCE_RELAY: note(z.enum(['on', 'off'], 'must be on or off').default('off'), {
    section: 'Edge',
    text: 'on: LiveKit clients use the relay alone, also where they could do without.',
  }),
};
