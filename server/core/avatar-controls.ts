/**
 * The avatar controller: five knobs that a language model, the API or a rule may turn, each 0..1. Their names are those
 * of the wire.
 */
export const CONTROL_NAMES = ['blink_rate', 'head_tilt', 'expression_intensity', 'mouth_openness', 'eyebrow_raise'] as const;
export type ControlName = (typeof CONTROL_NAMES)[number];
export type AvatarControls = Readonly<Record<ControlName, number>>;

/** The face as it is by itself. */
export const USUAL_CONTROLS: AvatarControls = {
  blink_rate: 0.5,
  head_tilt: 0,
  expression_intensity: 0.5,
  mouth_openness: 0.5,
  eyebrow_raise: 0,
};

/**
 * The controls in what a model wrote: numbers are clamped to 0..1, numbers as text are read, everything else is left
 * out. Undefined when nothing is left.
 */
export function controlsIn(written: unknown): Partial<AvatarControls> | undefined {
  if (typeof written !== 'object' || written === null) return undefined;
  const found = CONTROL_NAMES.flatMap((name) => {
    const value: unknown = Object.hasOwn(written, name) ? (written as Record<string, unknown>)[name] : undefined;
    const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
    return Number.isNaN(number) ? [] : [[name, Math.min(1, Math.max(0, number))] as const];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}
