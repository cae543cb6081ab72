import { parentPort, workerData } from 'node:worker_threads';
import { Scene, type Solids } from '../geometry/scene.ts';
import { RobotMaterials, RobotScene } from '../robot/solids.ts';
import type { Job, Sitter, WorkerSetup } from './job.ts';
import { exposeRows } from './march.ts';
import { DISTANCE_LATTICE, Occlusion } from './occlusion.ts';
import { PersonMaterials } from './materials.ts';
import { type Materials, Shader } from './shade.ts';

const { sitter } = workerData as WorkerSetup;
const { scene, materials } = pose(sitter);

function pose(who: Sitter): { scene: Solids; materials: Materials } {
  if ('robot' in who) return { scene: new RobotScene(), materials: new RobotMaterials(who.robot) };
  const person = new Scene(who.person);
  return { scene: person, materials: new PersonMaterials(who.person, person) };
}

function sampleDistances(field: Float32Array, from: number, to: number): void {
  const l = DISTANCE_LATTICE;
  scene.setPose(undefined);
  for (let k = from; k < to; k++) {
    for (let j = 0; j < l.ny; j++) {
      for (let i = 0; i < l.nx; i++) {
        field[(k * l.ny + j) * l.nx + i] = scene.distance(l.x + i * l.step, l.y + j * l.step, l.z + k * l.step, 'all', false);
      }
    }
  }
}

parentPort?.on('message', (job: Job) => {
  if (job.kind === 'distances') sampleDistances(job.field, job.from, job.to);
  else {
    const shader = new Shader(materials, scene, new Occlusion(job.distances, job.hair));
    exposeRows(scene, shader, job.shot, job.film, job.from, job.to);
  }
  parentPort?.postMessage('done');
});
