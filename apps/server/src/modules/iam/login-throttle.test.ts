import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Valkey } from '../../platform/valkey/valkey.ts';
import { silent } from '../../testing/test-api.ts';
import { type TestValkey, testValkey } from '../../testing/valkey.ts';
import { LoginThrottle } from './login-throttle.ts';

let space: TestValkey;
let valkey: Valkey;
let throttle: LoginThrottle;
beforeAll(async () => {
  space = testValkey();
  valkey = new Valkey({ ...space, log: silent });
  await valkey.ready(5_000);
  throttle = new LoginThrottle(valkey);
});
afterAll(async () => {
  await space?.close();
  valkey?.close();
});

const refused = { code: 'RATE_LIMIT_EXCEEDED', facts: { retry_after: expect.any(Number) } };
const times = async (count: number, run: () => Promise<unknown>) => {
  for (let i = 0; i < count; i++) await run();
};

describe('attempts to sign in', () => {
  it('are refused after ten wrong ones for a name, at that address alone', async () => {
    await times(10, () => throttle.attempt('guessed', '10.0.0.1'));
    await expect(throttle.attempt('Guessed', '10.0.0.1')).rejects.toMatchObject(refused);
    await throttle.attempt('guessed', '10.0.0.2');
    await throttle.attempt('other', '10.0.0.1');
  });

  it('begin anew with a right password', async () => {
    await times(9, () => throttle.attempt('owner', '10.0.0.3'));
    await throttle.succeeded('owner', '10.0.0.3');
    await times(10, () => throttle.attempt('owner', '10.0.0.3'));
  });

  it('that could not be judged are held against nobody', async () => {
    await times(200, async () => {
      await throttle.attempt('patient', '10.0.0.4');
      await throttle.unjudged('patient', '10.0.0.4');
    });
    await times(10, () => throttle.attempt('patient', '10.0.0.4'));
    await expect(throttle.attempt('patient', '10.0.0.4')).rejects.toMatchObject(refused);
  });
});
