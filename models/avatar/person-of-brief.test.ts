import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cast } from '../../server/casting/cast.ts';
import { understand } from '../../server/casting/parse.ts';
import { FaceCurves } from './geometry/curves.ts';
import { notSculpted } from './not-sculpted.ts';
import { personOfBrief, robotOfBrief } from './person-of-brief.ts';

describe('a brief for the sculptor', () => {
  it('is within the sculptor’s ranges for anybody that can be cast', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const curves = new FaceCurves(personOfBrief(cast({}, seed), 'someone'));
        expect(curves.upperLid(0)).toBeGreaterThan(curves.lowerLid(0));
      }),
      { numRuns: 300 },
    );
  });

  it('says what was asked for', () => {
    const { wish } = understand('an old African man with grey hair, full beard, glasses, black turtleneck');
    expect(personOfBrief(cast(wish, 2), 'someone')).toMatchObject({
      beard: { style: 'full' },
      glasses: 'rectangular',
      garment: { kind: 'turtleneck' },
    });
    expect(personOfBrief(cast({ ageYears: 80 }, 2), 'someone').age).toBe(1);
    expect(personOfBrief(cast({ ageYears: 25 }, 2), 'someone').age).toBe(0);
  });

  it('names what it cannot show', () => {
    expect(notSculpted(cast(understand('a woman with a hijab and a hoodie').wish, 1))).toEqual(['hoodie']);
  });

  it('dresses a robot in the colour of the clothes', () => {
    const robot = robotOfBrief(cast(understand('a robot, red hoodie').wish, 1), 'robo');
    expect(robot.accent[0]).toBeGreaterThan(4 * robot.accent[2]);
  });
});
