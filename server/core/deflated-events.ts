/**
 * Sub-protocol that a visitor opens a data channel for events with (RFC 8832) when his link is narrow. What the server says on it
 * are the bytes of one raw deflate stream (RFC 1951) in binary messages of any length: events as JSON, each followed by a line
 * break. What the visitor says is plain JSON as on every other channel.
 */
export const DEFLATED_EVENTS_PROTOCOL = 'visavis.events.deflate';
