import { FaceRaster } from '../../server/face/raster/raster.ts';
import type { Avatar } from '../../server/rendering/read-avatar.ts';
import type { ReportRow } from '../report.ts';
import { cpuPerFrameMs, facesPerCore, FRAME_TIME, MODES, performer } from './performance.ts';

const GOAL_SIDE_PX = 512;
const GOAL_MS = 3.2;
/** As the server draws; see STILLNESS_PX in call-picture.ts. */
const STILLNESS_PX = 0.4;

/** The WASM raster on one core, by size and by what the face does. */
export async function measureWasm(program: WebAssembly.Module, avatar: Avatar, sidesPx: readonly number[], frames: number) {
  const rows: ReportRow[] = [];
  for (const side of sidesPx) {
    const raster = await FaceRaster.create({ program, ...avatar, widthPx: side, heightPx: side });
    for (const mode of MODES) {
      using canvas = raster.openCanvas({ stillnessPx: STILLNESS_PX });
      const face = performer(mode, avatar.rig.emotions);
      let time = 0;
      const cpuMs = await cpuPerFrameMs(frames, () => canvas.paint(face.frameAt((time += FRAME_TIME))));
      const isGoal = side === GOAL_SIDE_PX && mode === 'speaking';
      rows.push({
        id: 'P5',
        figure: `wasm ${side}x${side}, ${mode}`,
        value: `${cpuMs.toFixed(2)} ms, ${facesPerCore(cpuMs)} faces a core`,
        ...(isGoal ? { goal: `<= ${GOAL_MS} ms`, pass: cpuMs <= GOAL_MS } : {}),
      });
    }
  }
  return rows;
}
