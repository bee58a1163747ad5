import { Token } from '../../authz';
import { entries, isMapping, Value } from '../../mesh/value';

/** Reads a token in its compact form, as it stands in a file: white space around it does not count. */
export function tokenOf(text: string): Token {
  const compact = text.trim();
  if (!/^[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]*\.[A-Za-z0-9_=-]*$/.test(compact)) throw new Error('it holds no JSON Web Token: expected `header.payload.signature` in base64url');
  return Token.of(compact);
}

/** Makes a token that is taken for signed, from the claims that it has. */
export function assertedToken(claims: Value): Token {
  const find = (name: string) => entries(claims).find(([key]) => key === name)?.[1];
  const issuer = find('iss');
  if (!isMapping(claims) || typeof issuer !== 'string') throw new Error('the claims of a token have no `iss`: expected an object such as `{ "iss": "https://idp.example.com", "sub": "alice" }`');
  return Token.verified({ issuer, claims: claims as { [name: string]: Value } });
}
