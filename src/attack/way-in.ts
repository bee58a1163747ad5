import { Attempt } from './attempt';
import { Decision } from '../authz';

/** What made an attempt succeed. */
export type Means =
  /** Another server, server name or port, or no TLS. */
  | 'entrance'
  /** Without the certificate or token by which the caller would be known. */
  | 'anonymous'
  /** A header that says who the caller is, written by himself. */
  | 'forged header'
  | 'path spelling'
  | 'host spelling'
  | 'method'
  /** Nothing: the plain request gets in. */
  | 'plain'
  /** A certificate of a CA that also certifies strangers. */
  | 'authority'
  /** An identity header that reaches the application as the client wrote it. */
  | 'surviving header'
  /** A rule that lets everybody in where another one asks who it is. */
  | 'overshadowed rule'
  /** An object that a tenant may write. */
  | 'tenant';

/** A hole: one cause, shown by one request. */
export interface WayIn {
  /** One hole has one key. */
  readonly cause: string;
  readonly means: readonly Means[];
  readonly attempt: Attempt;
  readonly decision: Decision;
  /** The plain request of the same caller, and the decision that refuses it. */
  readonly refusal?: { readonly attempt: Attempt; readonly decision: Decision };
  /** What lets it in. */
  readonly because: string;
  readonly cure: string;
  /** Other requests that the same hole lets in, in words. */
  readonly also: readonly string[];
  /** The objects that a tenant adds. */
  readonly objects?: readonly object[];
}

/** What is kept from whom, as the manifests have it. */
export interface Protection {
  /** A host with a path, or a Service. */
  readonly what: string;
  /** From whom. */
  readonly from: readonly string[];
  /** What says so. */
  readonly by: string;
}

/** Something that could not be judged. */
export interface Doubt {
  readonly what: string;
  readonly reason: string;
  readonly count: number;
}
