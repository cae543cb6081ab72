export * from './client-events.ts';
export * from './common.ts';
export * from './items.ts';
export * from './join.ts';
export * from './parse.ts';
export * from './problem.ts';
export * from './server-events.ts';
export * from './session.ts';
