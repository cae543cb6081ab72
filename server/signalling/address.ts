import { isIPv6 } from 'node:net';

/** `::ffff:127.0.0.1` is what a dual-stack socket calls an IPv4 peer. */
const unmapped = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

export const isLoopbackAddress = (address: string): boolean => {
  const plain = unmapped(address);
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain);
};

/** Whether a server that listens on `host` can be reached from this machine only. */
export const isLoopbackHost = (host: string): boolean => host === 'localhost' || isLoopbackAddress(host);

/** What limits count by: the IPv4 address, or the /64 that one IPv6 customer has. */
export function addressKey(address: string): string {
  const plain = unmapped(address).replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const front = head.split(':').filter(Boolean);
  if (tail !== undefined) {
    const back = tail.split(':').filter(Boolean);
    while (front.length + back.length < 8) front.push('0');
    front.push(...back);
  }
  return `${front
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
