import { describe, expect, it } from 'vitest';
import { addressKey, isLoopbackAddress, isLoopbackHost } from './address.ts';
import { AddressCount, AddressLimit } from './rate-limit.ts';

describe('addresses', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  it('knows which ones are this machine', () => {
    for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']) expect(isLoopbackAddress(address), address).toBe(true);
    for (const address of ['128.0.0.1', '10.0.0.1', '::', '::2', '127.0.0.1.evil.example', '0.0.0.0'])
      expect(isLoopbackAddress(address), address).toBe(false);
    expect(isLoopbackHost('localhost')).toBe(true);
    expect(isLoopbackHost('0.0.0.0')).toBe(false);
  });
});

describe('AddressLimit', () => {
  it('counts each address by itself, and neighbours in one IPv6 network together', async () => {
    const limit = new AddressLimit('calls', 1);
    await limit.take('192.0.2.1');
    await limit.take('192.0.2.2');
    await limit.take('2001:db8:1:2::1');
    await expect(limit.take('2001:db8:1:2::ffff')).rejects.toMatchObject({ code: 'rate_limited', status: 429, retryable: true });
    await expect(limit.take('192.0.2.1')).rejects.toMatchObject({ retryAfterS: expect.toSatisfy((s: number) => s > 0 && s <= 60) });
  });

  it('is off at 0', async () => {
    const limit = new AddressLimit('calls', 0);
    for (let n = 0; n < 1_000; n++) await limit.take('192.0.2.1');
  });
});

describe('AddressCount', () => {
  it('frees a place once, however often it is told', () => {
    const count = new AddressCount(2);
    const first = count.enter('192.0.2.1');
    count.enter('192.0.2.1');
    expect(() => count.enter('::ffff:192.0.2.1')).toThrow('Too many connections');
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    count.enter('192.0.2.1');
    expect(() => count.enter('192.0.2.1')).toThrow('Too many connections');
  });
});
