export interface Progress {
  readonly stage: string;
  /** 0..1 */
  readonly fraction: number;
}

/** A line that rewrites itself on a terminal, and is silent elsewhere; undefined wipes it away. */
export function progressLine(stream: NodeJS.WriteStream): (progress: Progress | undefined) => void {
  let isShown = false;
  return (progress) => {
    if (!stream.isTTY) return;
    if (progress) stream.write(`\r\x1b[K${String(Math.round(progress.fraction * 100)).padStart(3)} %  ${progress.stage}`);
    else if (isShown) stream.write('\r\x1b[K');
    isShown = progress !== undefined;
  };
}
