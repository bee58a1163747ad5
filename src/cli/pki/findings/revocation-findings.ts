import { Finding, Moment, unwise, wrong } from './finding';
import { formatMoment } from '../../../model/moment';
import { Certificate } from '../../../x509/certificate';
import { RevocationList } from '../../../x509/crl';
import { Stop, stopping } from '../../exit-status';
import { nameText } from '../certificate-text';

/** What the revocation lists beside a trust anchor do to its clients. Without any list Envoy asks nothing. */
export function revocationFindings(
  lists: readonly RevocationList[], authorities: readonly Certificate[], certificates: readonly Certificate[], where: string, moment: Moment,
): Finding[] {
  if (lists.length === 0) return [];
  const cas = authorities.filter(({ isCa }) => isCa);
  const issuedBy = (list: RevocationList, ca: Certificate) => stopping(Stop.unreadable, () => list.isSignedBy(ca));
  const signed = lists.filter((list) => cas.some((ca) => issuedBy(list, ca)));
  return [
    ...cas.filter((ca) => !signed.some((list) => issuedBy(list, ca))).map((ca) => wrong(
      'crl-missing', where, `there is no revocation list of ${nameText(ca.subject)}: as soon as there is any list, Envoy wants one of every CA of the chain and refuses all clients below this one`,
      'issue it (`pki crl`) and append it',
    )),
    ...lists.filter((list) => !signed.includes(list)).map((list) => wrong(
      'crl-foreign', where, `the revocation list of ${nameText(list.issuer)} is signed by none of the CAs here`, 'take the list that the trusted CA issued, or add that CA',
    )),
    ...signed.flatMap((list) => dates(list, where, moment)),
    ...certificates.filter((certificate) => signed.some((list) => list.revokes(certificate))).map((certificate) => wrong(
      'revoked', where, `${nameText(certificate.subject)} (serial number ${certificate.serialNumber}) is revoked`, 'issue a new certificate',
    )),
  ];
}

function dates(list: RevocationList, where: string, { at, horizon }: Moment): Finding[] {
  const name = nameText(list.issuer);
  if (list.nextUpdate === undefined) {
    return [wrong('crl-expired', where, `the revocation list of ${name} does not say when the next one is due, and Envoy refuses all clients for that`, 'issue it again with `pki crl`')];
  }
  if (list.nextUpdate < at) {
    return [wrong('crl-expired', where, `the revocation list of ${name} was valid until ${formatMoment(list.nextUpdate)}: Envoy refuses every client of the CA since`, 'issue a new one: `pki crl`, before the old one ends')];
  }
  if (list.thisUpdate > at) {
    return [wrong('crl-not-yet-valid', where, `the revocation list of ${name} is not valid before ${formatMoment(list.thisUpdate)}`, 'wait until then, or set the clock of the machine that issued it right')];
  }
  // Lists live shorter than certificates: the last third of their time is the time to renew them.
  const third = (list.nextUpdate.getTime() - list.thisUpdate.getTime()) / 3;
  const limit = Math.min(horizon.getTime(), at.getTime() + third);
  return list.nextUpdate.getTime() >= limit ? [] : [unwise('crl-expires-soon', where, `the revocation list of ${name} is valid until ${formatMoment(list.nextUpdate)}`, 'issue a new one: `pki crl`')];
}
