import { formatMoment } from '../model/moment';
import { RevocationList } from '../x509/crl';

/** A certificate revocation list (CRL) fresh from its CA. */
export class IssuedRevocationList {
  /** @internal */
  public static _of(pem: string, crlNumber: bigint): IssuedRevocationList {
    return new IssuedRevocationList(pem, crlNumber.toString());
  }

  private readonly list: RevocationList;

  private constructor(
    /** The list in PEM (`X509 CRL`). */
    public readonly pem: string,
    /** Its number in decimal digits, greater than that of any earlier list of the CA (RFC 5280 section 5.2.3). */
    public readonly crlNumber: string,
  ) {
    [this.list] = RevocationList.readAll(pem);
  }

  /** When it was issued, e.g. `2030-01-31T12:00:00Z`. */
  public get thisUpdate(): string {
    return formatMoment(this.list.thisUpdate);
  }

  /** When the next one is due. From then on Envoy refuses all certificates of the CA. */
  public get nextUpdate(): string {
    return formatMoment(this.list.nextUpdate!);
  }

  /** Serial numbers of the revoked certificates, in lower-case hex. */
  public get revokedSerialNumbers(): string[] {
    return [...this.list.revokedSerialNumbers];
  }
}
