/**
 * Sub-protocol with which a visitor who can inflate opens a data channel for events (RFC 8832). Events are text messages, as on every
 * other channel, until the link turns out to be narrow. From then on what the server says is one raw deflate stream (RFC 1951), in
 * binary messages of any length: events as JSON, each followed by a line break. What the visitor says is plain JSON all the time.
 */
export const DEFLATED_EVENTS_PROTOCOL = 'visavis.events.deflate';
