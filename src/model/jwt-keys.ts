import { createPublicKey } from 'node:crypto';

// What Envoy verifies (google/jwt_verify_lib); HS* would need the secret in the manifest.
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/** The public keys with which an issuer's tokens are verified. */
export class JwtKeys {
  /**
   * Keys that istiod fetches from an `https` address. As long as it cannot, every token is refused with 401.
   *
   * istiod must reach the address and trust its certificate; `fromJwks` needs neither.
   */
  public static fromUri(uri: string): JwtKeys {
    const { protocol } = checkedUri(uri);
    if (protocol !== 'https:') {
      throw new Error(`invalid address of keys \`${uri}\`: expected \`https://\`, whoever can change the answer can sign tokens; where that is out of question, \`JwtKeys.fromInsecureUri\``);
    }
    return new JwtKeys({ jwksUri: uri });
  }

  /** Keys that istiod fetches over plain `http`, for a reason: an issuer inside the cluster, reached over mutual TLS of the mesh. */
  public static fromInsecureUri(uri: string, reason: string): JwtKeys {
    if (typeof reason !== 'string' || reason.trim() === '') throw new Error(`invalid reason \`${String(reason)}\` for fetching keys over plain HTTP: expected a sentence`);
    checkedUri(uri);
    return new JwtKeys({ jwksUri: uri });
  }

  /**
   * Keys written into the manifest: a JSON Web Key Set (RFC 7517), in which the newest keys have to be brought by hand.
   *
   * Throws on private keys, on symmetric keys, and where no key is left that Envoy can use: it would reject its listener.
   */
  public static fromJwks(jwks: string): JwtKeys {
    return new JwtKeys({ jwks: JSON.stringify(checkedKeySet(jwks)) });
  }

  private constructor(private readonly rendered: { readonly jwks?: string; readonly jwksUri?: string }) {}

  /**
   * The keys in the words of the CRD.
   * @internal
   */
  public _render(): { readonly jwks?: string; readonly jwksUri?: string } {
    return { ...this.rendered };
  }
}

function checkedUri(uri: string): URL {
  let parsed: URL | undefined;
  try {
    if (typeof uri === 'string') parsed = new URL(uri);
  } catch {
    // reported below, with what is expected
  }
  if (!parsed || !/^https?:$/.test(parsed.protocol) || /[^!-~]/.test(uri)) {
    throw new Error(`invalid address of keys \`${String(uri)}\`: expected an address such as \`https://idp.example.com/keys\``);
  }
  if (parsed.username || parsed.password) throw new Error(`invalid address of keys \`${parsed.origin}\`: expected no user and password, they would be public in the manifest`);
  if (parsed.hash) throw new Error(`invalid address of keys \`${uri}\`: expected no fragment`);
  if (uri.length > 2048) throw new Error(`invalid address of keys \`${uri.slice(0, 40)}…\`: expected at most 2048 characters`);
  return parsed;
}

function checkedKeySet(jwks: string): { keys: { [field: string]: unknown }[] } {
  let set: any;
  try {
    set = typeof jwks === 'string' ? JSON.parse(jwks) : undefined;
  } catch {
    // The text is not repeated: it may be a private key.
  }
  if (typeof set !== 'object' || set === null || !Array.isArray(set.keys)) {
    throw new Error('invalid key set: expected the JSON text of a JSON Web Key Set, `{"keys": [...]}`');
  }
  let usable = 0;
  set.keys.forEach((key: any, index: number) => {
    const name = `key \`${typeof key?.kid === 'string' ? key.kid : index}\` of the key set`;
    if (typeof key !== 'object' || key === null) throw new Error(`${name} is no JSON Web Key: expected an object`);
    if (key.kty === 'oct') throw new Error(`${name} is symmetric (\`oct\`): whoever reads the manifest could sign tokens, let the issuer sign with a key pair`);
    if (PRIVATE.some((field) => field in key)) throw new Error(`${name} contains its private part: publish the public part only, without ${PRIVATE.map((field) => `\`${field}\``).join(', ')}`);
    if (verifies(key)) usable++;
  });
  if (usable === 0) throw new Error('key set without a usable key: expected an RSA, EC or Ed25519 key for signatures, Envoy rejects its listener otherwise');
  return set;
}

function verifies(key: any): boolean {
  if (key.use === 'enc' || (key.alg !== undefined && !ALGORITHMS.includes(key.alg))) return false;
  if (key.kty === 'OKP' ? key.crv !== 'Ed25519' : key.kty === 'EC' ? !['P-256', 'P-384', 'P-521'].includes(key.crv) : key.kty !== 'RSA') return false;
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key, format: 'jwk' });
    return key.kty !== 'RSA' || (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  } catch {
    return false;
  }
}
