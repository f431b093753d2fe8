import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { TurnServers } from './turn-servers.ts';

const NOW = 1_700_000_000_500;
const options = {
  urls: ['stun:turn.example:3478', 'turn:turn.example:3478?transport=udp', 'turns:turn.example:5349'],
  secret: 'north',
  ttl: 600,
  forceRelay: false,
};

test('credentials are those coturn works out from the same secret, and end by themselves', () => {
  const [stun, turn] = new TurnServers(options, () => NOW).for('user_7_wall');
  expect(stun).toEqual({ urls: ['stun:turn.example:3478'], username: '', credential: '' });
  expect(turn?.urls).toEqual(options.urls.slice(1));
  expect(turn?.username).toBe('1700000600:user_7_wall');
  expect(turn?.credential).toBe(createHmac('sha1', 'north').update('1700000600:user_7_wall').digest('base64'));
});

test('a known pair: printf 1700000600:user_7_wall | openssl dgst -sha1 -hmac north -binary | base64', () => {
  const [, turn] = new TurnServers(options, () => NOW).for('user_7_wall');
  expect(turn?.credential).toBe('RuQWlB8m7QRw5c2+ZrIeEDQtyv4=');
});

test('Link headers name each server once, and no identity can break out of one', () => {
  const links = new TurnServers(options, () => NOW).links('a"; rel=x\r\nSet-Cookie: ليلى');
  expect(links).toHaveLength(3);
  expect(links[0]).toBe('<stun:turn.example:3478>; rel="ice-server"');
  expect(links[1]).toMatch(
    /^<turn:turn\.example:3478\?transport=udp>; rel="ice-server"; username="1700000600:[\w.@-]+"; credential="[A-Za-z0-9+/]{27}="; credential-type="password"$/,
  );
});

test('without servers there is nothing to tell', () => {
  const none = new TurnServers(null);
  expect([none.for('a'), none.links('a'), none.forceRelay]).toEqual([[], [], false]);
});
