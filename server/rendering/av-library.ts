export type AvLibrary = typeof import('node-av/lib') & typeof import('node-av/constants');

let library: Promise<AvLibrary | Error> | undefined;

/** FFmpeg in this process, by the low-level interface of node-av 6.1.1; an Error where that optional package cannot be loaded. */
export function loadAvLibrary(): Promise<AvLibrary | Error> {
  library ??= Promise.all([import('node-av/lib'), import('node-av/constants')]).then(
    ([lib, constants]) => {
      lib.Log.setLevel(constants.AV_LOG_ERROR);
      return { ...lib, ...constants };
    },
    (cause: unknown) => new Error('the package node-av cannot be loaded', { cause }),
  );
  return library;
}
