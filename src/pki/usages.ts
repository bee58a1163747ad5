import { CertificateUsage } from './certificate-usage';

const KNOWN = Object.values(CertificateUsage);

/** Checks a list of usages: at least one, each known and given once. Returns them in the order of the enum. */
export function requireUsages(usages: unknown, what: string): CertificateUsage[] {
  if (!Array.isArray(usages) || usages.length === 0) {
    throw new Error(`the usages of ${what} are missing: expected one or both of ${KNOWN.join(', ')}`);
  }
  usages.forEach((usage, index) => {
    if (!KNOWN.includes(usage)) {
      throw new Error(`unknown usage \`${String(usage)}\` of ${what}: expected one or both of ${KNOWN.join(', ')}`);
    }
    if (usages.indexOf(usage) !== index) {
      throw new Error(`usage \`${usage}\` of ${what} is given twice: leave one out`);
    }
  });
  return KNOWN.filter((usage) => usages.includes(usage));
}
