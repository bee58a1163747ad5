import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * A host name, or a wildcard such as `*.example.com`, as Istio's Gateways, VirtualServices and policies understand it.
 *
 * A wildcard stands for one or more whole labels in front of the suffix: `*.example.com` covers `a.example.com` and
 * `a.b.example.com`, never `example.com` itself (istio `pkg/config/host`, `ValidateWildcardDomain`).
 */
export class HostPattern {
  /**
   * Reads a host: an exact DNS name, `*.suffix`, or `*` alone.
   *
   * Throws on upper case, ports, IP addresses, non-ASCII text (naming the punycode form), single labels,
   * wildcards that are not the whole first label, and names that DNS does not allow.
   */
  public static parse(host: string): HostPattern {
    if (typeof host !== 'string' || host.length === 0) throw invalid(host, 'a host name such as `app.example.com` or a wildcard such as `*.example.com`');
    if (host === '*') return new HostPattern(host);
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u0020\u007f]/.test(host)) throw invalid(host, 'a host name without spaces and control characters');
    if (/[^\u0000-\u007f]/.test(host)) {
      const ascii = domainToASCII(host);
      throw invalid(host, ascii ? `its punycode form \`${ascii}\`` : 'an ASCII host name (punycode for international names)');
    }
    if (host.includes('/')) throw invalid(host, 'a host name without a namespace part');
    if (isIP(host)) throw invalid(host, 'a host name: TLS server name indication carries no IP address (RFC 6066 section 3)');
    if (/:\d*$/.test(host)) throw invalid(host, `the host without a port: \`${host.replace(/:\d*$/, '')}\``);
    if (host !== host.toLowerCase()) throw invalid(host, `its lower-case form \`${host.toLowerCase()}\``);
    if (host.endsWith('.')) throw invalid(host, `the name without the trailing dot: \`${host.slice(0, -1)}\``);
    const exact = host.startsWith('*.') ? host.slice(2) : host;
    if (exact.includes('*')) throw invalid(host, 'a wildcard only as the whole first label, as in `*.example.com`');
    const labels = exact.split('.');
    if (!labels.every((label) => LABEL.test(label))) throw invalid(host, 'labels of letters, digits and inner `-`, at most 63 characters each');
    if (!host.includes('.')) throw invalid(host, 'a name with a dot: Istio expands a single label to a service of its own namespace');
    if (/^\d+$/.test(labels[labels.length - 1])) throw invalid(host, 'a name whose last label is not a number');
    if (exact.length > 253) throw invalid(host, 'at most 253 characters');
    return new HostPattern(host);
  }

  /** The pattern as it is written in manifests. */
  public readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** Whether the pattern begins with `*`. */
  public get isWildcard(): boolean {
    return this.text.startsWith('*');
  }

  /** Whether every host of the other pattern is also one of this pattern. */
  public covers(other: HostPattern): boolean {
    if (this.text === '*' || this.text === other.text) return true;
    return this.isWildcard && other.text.endsWith(this.text.slice(1)) && other.text !== '*';
  }

  /** Whether some host belongs to both patterns. */
  public overlaps(other: HostPattern): boolean {
    return this.covers(other) || other.covers(this);
  }

  /**
   * The `hosts` values with which an ALLOW policy matches this host and nothing else.
   *
   * Policies compare the whole authority with its port (Envoy RBAC, header `:authority`). For an exact host that is `h` and `h:*`;
   * for a wildcard the given ports are listed, because `*.h:*` would be the literal suffix `.h:*` and match nothing.
   */
  public allowValues(ports: number[]): string[] {
    if (this.text === '*') return ['*'];
    if (!this.isWildcard) return [this.text, `${this.text}:*`];
    return [this.text, ...ports.map((port) => `${this.text}:${port}`)];
  }

  /**
   * The `hosts` values with which a DENY policy matches this host in every spelling of the port.
   *
   * Throws for a wildcard: no list of values covers `a.example.com:9`, so a DENY by wildcard host can be escaped.
   */
  public denyValues(): string[] {
    if (this.text === '*') throw new Error('host `*` cannot limit a DENY policy: leave the hosts out to deny on all of them');
    if (this.isWildcard) {
      throw new Error(`wildcard host \`${this.text}\` cannot limit a DENY policy: \`Host: a${this.text.slice(1)}:9\` would escape it, list the exact hosts`);
    }
    return [this.text, `${this.text}:*`];
  }

  /** The pattern as it is written in manifests. */
  public toString(): string {
    return this.text;
  }
}

function invalid(host: unknown, expected: string): Error {
  return new Error(`invalid host \`${String(host)}\`: expected ${expected}`);
}
