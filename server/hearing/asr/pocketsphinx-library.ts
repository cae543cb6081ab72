import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import koffi from 'koffi';

/**
 * PocketSphinx 5prealpha (Debian libpocketsphinx3) through koffi. Everything that takes long (loading, decoding) has an
 * asynchronous form that runs on libuv's thread pool, so that a decoding utterance never holds up another call's VAD.
 * A decoder and the models that belong to it are used by one thread at a time: the trie keeps a cache inside.
 */
export const MODEL_DIRS = ['/usr/share/pocketsphinx/model/en-us', '/usr/local/share/pocketsphinx/model/en-us'];
/** ngram_file_type_t: NGRAM_AUTO. */
const NGRAM_AUTO = 0;

export type Handle = object;

function load() {
  // By soname only: the loader knows the architecture's directory.
  const base = koffi.load('libsphinxbase.so.3');
  const sphinx = koffi.load('libpocketsphinx.so.3');
  const setLogFile = base.func('void err_set_logfp(void *file)');
  // Its log would print what was recognised.
  setLogFile(null);
  return {
    defaultArgs: sphinx.func('void *ps_args()'),
    parseArgs: base.func('void *cmd_ln_parse_r(void *inout, void *defn, int argc, const char **argv, int strict)'),
    freeArgs: base.func('int cmd_ln_free_r(void *config)'),
    init: promisify(sphinx.func('void *ps_init(void *config)').async),
    free: sphinx.func('int ps_free(void *decoder)'),
    startStream: sphinx.func('int ps_start_stream(void *decoder)'),
    startUtterance: sphinx.func('int ps_start_utt(void *decoder)'),
    process: promisify(
      sphinx.func('int ps_process_raw(void *decoder, const int16_t *data, size_t samples, int noSearch, int fullUtterance)').async,
    ),
    endUtterance: promisify(sphinx.func('int ps_end_utt(void *decoder)').async),
    hypothesis: sphinx.func('const char *ps_get_hyp(void *decoder, _Out_ int *score)'),
    segments: sphinx.func('void *ps_seg_iter(void *decoder)'),
    nextSegment: sphinx.func('void *ps_seg_next(void *segment)'),
    segmentWord: sphinx.func('const char *ps_seg_word(void *segment)'),
    segmentFrames: sphinx.func('void ps_seg_frames(void *segment, _Out_ int *start, _Out_ int *end)'),
    logMath: sphinx.func('void *ps_get_logmath(void *decoder)'),
    addWord: sphinx.func('int ps_add_word(void *decoder, const char *word, const char *phones, int update)'),
    /** Its phones, or null when the dictionary lacks it. */
    lookupWord: sphinx.func('ps_lookup_word', koffi.disposable('str'), ['void *', 'str']),
    setModel: promisify(sphinx.func('int ps_set_lm(void *decoder, const char *name, void *model)').async),
    useSearch: sphinx.func('int ps_set_search(void *decoder, const char *name)'),
    dropSearch: sphinx.func('int ps_unset_search(void *decoder, const char *name)'),
    readModel: promisify(base.func('void *ngram_model_read(void *config, const char *path, int type, void *logMath)').async),
    retainModel: base.func('void *ngram_model_retain(void *model)'),
    freeModel: base.func('int ngram_model_free(void *model)'),
    mixModels: base.func('void *ngram_model_set_init(void *config, void **models, const char **names, const float *weights, int count)'),
    setMixWeights: base.func('void *ngram_model_set_interp(void *set, const char **names, const float *weights)'),
    wordId: base.func('int ngram_wid(void *model, const char *word)'),
    trigramScore: base.func('int ngram_tg_score(void *model, int w3, int w2, int w1, _Out_ int *used)'),
    newLogMath: base.func('void *logmath_init(double base, int shift, int useTable)'),
    freeLogMath: base.func('int logmath_free(void *logMath)'),
    toLog10: base.func('double logmath_log_to_log10(void *logMath, int value)'),
    autoType: NGRAM_AUTO,
  };
}

export type PocketSphinxLibrary = ReturnType<typeof load>;

let library: PocketSphinxLibrary | undefined;

/** Throws koffi's error when the shared libraries are not there. */
export function loadPocketSphinx(): PocketSphinxLibrary {
  library ??= load();
  return library;
}

export interface ModelFiles {
  readonly acousticDir: string;
  readonly languageModelFile: string;
  readonly dictionaryFile: string;
}

/** The English model of Debian's pocketsphinx-en-us. */
export async function findModel(dirs: readonly string[] = MODEL_DIRS): Promise<ModelFiles | undefined> {
  for (const dir of dirs) {
    const files = {
      acousticDir: join(dir, 'en-us'),
      languageModelFile: join(dir, 'en-us.lm.bin'),
      dictionaryFile: join(dir, 'cmudict-en-us.dict'),
    };
    try {
      await Promise.all(Object.values(files).map((path) => access(path)));
      return files;
    } catch {
      // Not here: the next folder.
    }
  }
  return undefined;
}
