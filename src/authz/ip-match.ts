import { BlockList, isIP } from 'node:net';

/** The test of an IP block against an address. */
export function ipTest(block: string): ((address: string) => boolean) | undefined {
  const [network, bits] = block.split('/');
  const family = isIP(network);
  if (family === 0) return undefined;
  const list = new BlockList();
  try {
    list.addSubnet(network, bits === undefined ? (family === 4 ? 32 : 128) : Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  } catch {
    return undefined;
  }
  return (address) => isIP(address) === family && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
