import { AskedNames, isNameless, requireNames } from './alternative-names';
import { AuthorityChain } from './authority-chain';
import {
  AuthorityFromPemProps, ClientCertificateProps, IntermediateAuthorityProps, RenewCertificateProps, RenewIntermediateProps, RenewRootProps,
  RootAuthorityProps, ServerCertificateProps, SignRequestProps,
} from './certificate-props';
import { CertificateSigningRequest } from './certificate-signing-request';
import { CertificateUsage } from './certificate-usage';
import { Clock } from './clock';
import { IssuedCertificate } from './issued-certificate';
import { IssuedRevocationList } from './issued-revocation-list';
import { Issuer } from './issuer';
import { KeyAlgorithm } from './key-algorithm';
import { KeyPair } from './key-pair';
import { LONGEST_AUTHORITY, LONGEST_LEAF, USUAL_INTERMEDIATE, USUAL_LEAF, requireAuthoritySubject, requirePathLength, validityWithin } from './limits';
import { renewalOf } from './renewal';
import { RevocationListProps, RevokeProps } from './revocation-props';
import { RevocationRegister } from './revocation-register';
import { RootAuthority } from './root-authority';
import { signRoot } from './root-signer';
import { requireSubject, subjectOfFirstName } from './subject';
import { requireUsages } from './usages';
import { Validity } from './validity';
import { CertificateChain } from '../model/certificate-chain';
import { DistinguishedName } from '../model/distinguished-name';
import { Certificate } from '../x509/certificate';
import { encodeName } from '../x509/name';

/** What both kinds of certificates with a new key have. */
interface NewKeyProps extends AskedNames {
  readonly validity?: Validity;
  readonly keyAlgorithm?: KeyAlgorithm;
}

/**
 * A certificate authority: a root or an intermediate, with its private key.
 *
 * It issues certificates of servers, clients and further CAs as RFC 5280 wants them. The object may be logged: neither `JSON.stringify` nor
 * `util.inspect` shows the private key.
 */
export class CertificateAuthority {
  /**
   * Describes a new root CA. `create` makes it.
   *
   * @param props its name and what it is allowed
   */
  public static root(props: RootAuthorityProps): RootAuthority {
    return RootAuthority._of(props, (issuer) => new CertificateAuthority(issuer));
  }

  /**
   * Takes a CA from its certificate and key.
   *
   * Refuses what may not issue certificates (CA:FALSE, no keyCertSign), a key that is weak or belongs to another certificate, and CAs above it that
   * are no chain. Whether the CA has expired is asked when it issues something.
   *
   * @param props certificate and key
   */
  public static fromPem(props: AuthorityFromPemProps): CertificateAuthority {
    const chain = AuthorityChain.fromPem(props.certificatePem);
    return new CertificateAuthority(new Issuer(chain, KeyPair.fromPem(props.privateKeyPem, 'private key of the CA'), props.clock ?? Clock.system()));
  }

  // Fields of the language: neither JSON nor `util.inspect` sees them.
  readonly #issuer: Issuer;
  readonly #register: RevocationRegister;

  private constructor(issuer: Issuer) {
    this.#issuer = issuer;
    this.#register = new RevocationRegister(issuer);
  }

  /** The CA's own certificate, in PEM: the trust anchor, if this is a root. */
  public get certificatePem(): string {
    return this.#issuer.chain.own.pem;
  }

  /** The CA's certificate and those of the CAs above it, in PEM, the root last if it is known. */
  public get bundlePem(): string {
    return this.#issuer.chain.certificates.map(({ pem }) => pem).join('');
  }

  /** The certificates of `bundlePem`, to ask about names, dates and usages. */
  public get chain(): CertificateChain {
    return CertificateChain.fromPem(this.bundlePem);
  }

  /** Name of the CA, which is the issuer in all that it signs. */
  public get subject(): DistinguishedName {
    return this.chain.subject;
  }

  /** Whether the CA signs its own certificate. */
  public get isRoot(): boolean {
    return this.#issuer.chain.own.isSelfSigned;
  }

  /** How many intermediates may follow below this CA, by its certificate and those above it; undefined for no bound. */
  public get remainingPathLength(): number | undefined {
    return this.#issuer.chain.remainingPathLength;
  }

  /**
   * Reveals the private key of the CA, unencrypted, in PEM (PKCS#8).
   *
   * Whoever has it can issue certificates for everybody: it goes into a file that only its owner can read, never into a log or a Secret.
   */
  public revealPrivateKeyPem(): string {
    return this.#issuer.key.revealPem();
  }

  /**
   * Makes an intermediate CA below this one.
   *
   * @param props its name and what it is allowed
   */
  public async createIntermediate(props: IntermediateAuthorityProps): Promise<CertificateAuthority> {
    const what = 'intermediate CA';
    const pathLength = requirePathLength(props.pathLength ?? 0, what);
    const template = {
      what,
      subject: requireAuthoritySubject(props.subject, what),
      pathLength,
      validity: props.validity === undefined ? undefined : validityWithin(props.validity, USUAL_INTERMEDIATE, LONGEST_AUTHORITY, what),
    };
    this.#issuer.chain.requireRoomFor(pathLength);
    const key = await KeyPair.generate(props.keyAlgorithm ?? KeyAlgorithm.EC_P256);
    const certificate = await this.#issuer.issueAuthority({ ...template, publicKey: key.publicKey });
    const chain = new AuthorityChain([certificate, ...this.#issuer.chain.certificates]);
    return new CertificateAuthority(new Issuer(chain, key, this.#issuer.clock));
  }

  /**
   * Issues a server certificate with a new key.
   *
   * @param props the hosts that it is for
   */
  public async issueServerCertificate(props: ServerCertificateProps): Promise<IssuedCertificate> {
    const usages = props.alsoClient === true ? [CertificateUsage.SERVER, CertificateUsage.CLIENT] : [CertificateUsage.SERVER];
    const firstName = subjectOfFirstName([...props.dnsNames ?? [], ...props.ipAddresses ?? []]);
    return this.issueWithNewKey('server certificate', props, usages, props.subject ?? firstName);
  }

  /**
   * Issues a client certificate with a new key.
   *
   * @param props who the client is
   */
  public async issueClientCertificate(props: ClientCertificateProps): Promise<IssuedCertificate> {
    const usages = props.alsoServer === true ? [CertificateUsage.SERVER, CertificateUsage.CLIENT] : [CertificateUsage.CLIENT];
    return this.issueWithNewKey('client certificate', props, usages, props.subject ?? DistinguishedName.fromOpenSsl('/'));
  }

  /**
   * Issues a certificate for the key of a signing request.
   *
   * @param props the request, what to grant, and what to write instead of what it asks for
   */
  public async signRequest(props: SignRequestProps): Promise<IssuedCertificate> {
    const what = 'certificate for a signing request';
    const { request } = props;
    if (!(request instanceof CertificateSigningRequest)) {
      throw new Error('the request to sign is not a CertificateSigningRequest: use `CertificateSigningRequest.fromPem(…)`');
    }
    const usages = requireUsages(props.usages, what);
    request._requireGrantable(usages);
    const names = requireNames(props, what);
    const certificate = await this.#issuer.issueLeaf({
      what,
      usages,
      names: isNameless(names) ? request._names() : names,
      subject: requireSubject(props.subject ?? request.subject, what),
      publicKey: request._publicKey(),
      validity: validityWithin(props.validity, USUAL_LEAF, LONGEST_LEAF, what),
    });
    return this.issued(certificate);
  }

  /**
   * Issues a certificate again, with the same subject, alternative names and TLS usages, and with its old key or a new one.
   *
   * Of what other programs may have written into it (other usages, comments, addresses of revocation lists) nothing is taken over.
   *
   * @param props the certificate to renew
   */
  public async renewCertificate(props: RenewCertificateProps): Promise<IssuedCertificate> {
    const { template, key } = await renewalOf(props, this.#issuer);
    return this.issued(await this.#issuer.issueLeaf(template), key);
  }

  /**
   * Makes the certificate of this root again, with the same name, key and path length, so that all that it has issued stays valid.
   *
   * Clients and gateways need the new certificate as their trust anchor before the old one ends.
   *
   * @param props how long it is valid
   */
  public async renewRoot(props: RenewRootProps = {}): Promise<CertificateAuthority> {
    const { chain, key, clock } = this.#issuer;
    if (!this.isRoot) {
      throw new Error(`the CA \`${chain.name}\` is no root: renew it with \`renewIntermediate\` of the CA above it`);
    }
    const validity = validityWithin(props.validity, Validity.years(10), LONGEST_AUTHORITY, 'root CA');
    const pathLength = chain.own.extensions.basicConstraints?.pathLength;
    return new CertificateAuthority(await signRoot({ subject: encodeName(chain.own.subject), pathLength, validity, clock }, key));
  }

  /**
   * Makes the certificate of an intermediate below this CA again, with the same name, key and path length: what it has issued stays valid.
   *
   * @param props the intermediate, and how long it is valid
   */
  public async renewIntermediate(props: RenewIntermediateProps): Promise<CertificateAuthority> {
    const what = 'intermediate CA';
    if (!(props.authority instanceof CertificateAuthority)) {
      throw new Error('the intermediate to renew is not a CertificateAuthority: use `CertificateAuthority.fromPem(…)`');
    }
    const { chain, key, clock } = props.authority.#issuer;
    if (props.authority.isRoot) {
      throw new Error(`the CA \`${chain.name}\` is a root: renew it with \`renewRoot\``);
    }
    const certificate = await this.#issuer.issueAuthority({
      what,
      subject: encodeName(chain.own.subject),
      publicKey: key.publicKey,
      pathLength: chain.own.extensions.basicConstraints?.pathLength,
      validity: props.validity === undefined ? undefined : validityWithin(props.validity, USUAL_INTERMEDIATE, LONGEST_AUTHORITY, what),
    });
    return new CertificateAuthority(new Issuer(new AuthorityChain([certificate, ...this.#issuer.chain.certificates]), key, clock));
  }

  /**
   * Revokes a certificate that this CA has issued, of an intermediate too: it is on every list that this object issues from now on.
   *
   * Nothing is written anywhere before `issueRevocationList`. Gateways learn of it when they get the new list.
   *
   * @param props the certificate, and why
   */
  public revoke(props: RevokeProps): void {
    this.#register.add(props);
  }

  /**
   * Issues a revocation list (CRL, RFC 5280 section 5).
   *
   * Where a gateway has a list of one CA, Envoy wants one of every CA of a client's chain, so issue one for each.
   *
   * @param props the previous list, and when the next one is due
   */
  public async issueRevocationList(props: RevocationListProps = {}): Promise<IssuedRevocationList> {
    return this.#register.issue(props);
  }

  /** What the CA is, in words, without its key. */
  public toString(): string {
    return `${this.isRoot ? 'root' : 'intermediate'} CA ${this.subject.openSsl} until ${this.chain.notAfter}`;
  }

  private async issueWithNewKey(
    what: string, props: NewKeyProps, usages: CertificateUsage[], subject: DistinguishedName,
  ): Promise<IssuedCertificate> {
    const checked = {
      what,
      usages,
      names: requireNames(props, what),
      subject: requireSubject(subject, what),
      validity: validityWithin(props.validity, USUAL_LEAF, LONGEST_LEAF, what),
    };
    const key = await KeyPair.generate(props.keyAlgorithm ?? KeyAlgorithm.EC_P256);
    return this.issued(await this.#issuer.issueLeaf({ ...checked, publicKey: key.publicKey }), key);
  }

  private issued(certificate: Certificate, key?: KeyPair): IssuedCertificate {
    return IssuedCertificate._of(certificate, this.#issuer.chain.certificates, key);
  }
}
