import type { EngineDescription } from '../../server/protocol/index.ts';
import type { Strings } from './strings.ts';

export interface EngineLine {
  readonly label: string;
  readonly value: string;
}

/** What the corner of the page says: the engines that a visitor can hear the difference of. */
export function engineLines(engines: readonly EngineDescription[], strings: Strings): EngineLine[] {
  const shown = [
    ['asr', strings.engineAsr],
    ['llm', strings.engineLlm],
    ['tts', strings.engineTts],
    ['face', strings.engineFace],
  ] as const;
  return shown.flatMap(([stage, label]) => {
    const ofStage = engines.filter((engine) => engine.stage === stage);
    if (ofStage.length === 0) return [];
    const running =
      ofStage.find((engine) => engine.state === undefined || engine.state === 'running') ?? ofStage.find((e) => e.state === 'standby');
    return [{ label, value: running ? (running.name ?? running.id) : strings.engineMissing }];
  });
}
