/** `a=` line (RFC 8866 5.13); a property attribute has no value. */
export interface SdpAttribute {
  readonly name: string;
  readonly value: string | null;
}

/** `o=` line (RFC 8866 5.2). Numbers stay text: they may exceed 2^53. */
export interface SdpOrigin {
  readonly username: string;
  readonly sessionId: string;
  readonly sessionVersion: string;
  readonly addressType: 'IP4' | 'IP6';
  readonly address: string;
}

/** `c=` line (RFC 8866 5.7). `address` may end in `/ttl` or `/count`. */
export interface SdpConnection {
  readonly addressType: 'IP4' | 'IP6';
  readonly address: string;
}

/** `m=` section (RFC 8866 5.14). */
export interface SdpMedia {
  /** `video`, `audio`, `application`, … in lower case. */
  readonly type: string;
  readonly port: number;
  /** Number of ports; 1 when the line names none. */
  readonly portCount: number;
  /** `RTP/AVP`, … */
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly title: string | null;
  readonly connection: SdpConnection | null;
  /** `b=` lines as type → value, in kbit/s for `AS`. */
  readonly bandwidth: Readonly<Record<string, number>>;
  readonly attributes: readonly SdpAttribute[];
}

/** A session description (RFC 8866 5). Missing mandatory lines read as the defaults named here. */
export interface SessionDescription {
  /** Null when the line is missing. */
  readonly origin: SdpOrigin | null;
  /** `-` when the line is missing or empty. */
  readonly name: string;
  readonly information: string | null;
  readonly connection: SdpConnection | null;
  readonly bandwidth: Readonly<Record<string, number>>;
  /** `t=` lines as written; `0 0` when there is none. */
  readonly timing: readonly string[];
  readonly attributes: readonly SdpAttribute[];
  readonly media: readonly SdpMedia[];
}

/** First value of an attribute, '' for a property attribute, null when it is missing. */
export function sdpAttribute(section: { readonly attributes: readonly SdpAttribute[] }, name: string): string | null {
  for (const attribute of section.attributes) if (attribute.name === name) return attribute.value ?? '';
  return null;
}

/** Every value of an attribute. */
export function sdpAttributes(section: { readonly attributes: readonly SdpAttribute[] }, name: string): string[] {
  return section.attributes.filter((attribute) => attribute.name === name).map((attribute) => attribute.value ?? '');
}
