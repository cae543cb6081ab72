import { describe, expect, test } from 'vitest';
import { galleryFind, galleryMove } from './gallery-keys.ts';

/** Seven tiles: 0 1 2 / 3 4 5 / 6. */
const move = (key: string, at: number, rightToLeft = false) => galleryMove(key, { at, count: 7, columns: 3, rightToLeft });

describe('arrows in a gallery', () => {
  test('go along and between the rows, and stop at the ends', () => {
    expect(move('ArrowRight', 2)).toBe(3);
    expect(move('ArrowRight', 6)).toBe(6);
    expect(move('ArrowLeft', 0)).toBe(0);
    expect(move('ArrowDown', 1)).toBe(4);
    expect(move('ArrowUp', 4)).toBe(1);
    expect(move('ArrowUp', 1)).toBe(1);
    expect(move('Home', 4)).toBe(0);
    expect(move('End', 1)).toBe(6);
  });

  test('reach the tile of a short last row from every column', () => {
    expect([3, 4, 5].map((at) => move('ArrowDown', at))).toEqual([6, 6, 6]);
    expect(move('ArrowDown', 6)).toBe(6);
  });

  test('go the other way where people write from right to left', () => {
    expect(move('ArrowLeft', 2, true)).toBe(3);
    expect(move('ArrowRight', 2, true)).toBe(1);
    expect(move('ArrowDown', 1, true)).toBe(4);
  });

  test('Enter and Space pick; other keys mean nothing', () => {
    expect([move('Enter', 3), move(' ', 3), move('Tab', 3), move('m', 3)]).toEqual(['pick', 'pick', undefined, undefined]);
  });
});

describe('typing a name', () => {
  const names = ['Kofi', 'Layla', 'Mia', 'Mateo', 'لينا'];

  test('goes to the next one that begins so, around the end', () => {
    expect(galleryFind('m', names, 0)).toBe(2);
    expect(galleryFind('m', names, 2)).toBe(3);
    expect(galleryFind('m', names, 3)).toBe(2);
    expect(galleryFind('ل', names, 0)).toBe(4);
    expect(galleryFind('z', names, 0)).toBeUndefined();
  });

  test('more letters keep a tile that still fits', () => {
    expect(galleryFind('ma', names, 3)).toBe(3);
    expect(galleryFind('mi', names, 3)).toBe(2);
  });
});
