import { SUBPIXELS } from '../placement.ts';

/**
 * Draws the layers of a face over each other as premultiplied RGBA. Vertices are snapped as the WASM raster snaps them, and
 * graphics cards cover pixels by the same rule (centres; edges belong to the triangle on their right, or below), so
 * both draw the same pixels.
 */
export const FACE_SHADER = `
struct Placement {
  /** Canvas to picture, in 1/${SUBPIXELS} pixel. */
  factor: f32,
  offset: vec2f,
  pictureSize: vec2f,
  atlasSize: vec2f,
}
@group(0) @binding(0) var<uniform> placement: Placement;
@group(0) @binding(1) var atlas: texture_2d<f32>;
@group(0) @binding(2) var bilinear: sampler;
/** Drawn alpha that limits this layer; one white texel where nothing does. */
@group(1) @binding(0) var mask: texture_2d<f32>;
/** Of every layer of every face of this submit. */
@group(2) @binding(0) var<storage, read> opacities: array<f32>;

struct Corner {
  @builtin(position) position: vec4f,
  @location(0) @interpolate(linear) texel: vec2f,
  @location(1) @interpolate(flat) opacity: f32,
}

/** The instance's number is where the opacities of this face begin. */
@vertex fn place(@location(0) vertex: vec4f, @location(1) layer: u32, @builtin(instance_index) firstOpacity: u32) -> Corner {
  let snapped = round(vertex.xy * placement.factor + placement.offset) / ${SUBPIXELS};
  let opacity = opacities[firstOpacity + layer];
  var corner: Corner;
  corner.position = vec4f(snapped.x / placement.pictureSize.x * 2 - 1, 1 - snapped.y / placement.pictureSize.y * 2, 0, 1);
  // Invisible: all corners fall together and nothing is left to fill.
  if (opacity == 0) { corner.position = vec4f(0, 0, 0, 1); }
  corner.texel = vertex.zw / placement.atlasSize;
  corner.opacity = opacity;
  return corner;
}

fn texelOf(corner: Corner) -> vec4f {
  let at = min(vec2u(corner.position.xy), textureDimensions(mask) - 1);
  return textureSampleLevel(atlas, bilinear, corner.texel, 0) * (corner.opacity * textureLoad(mask, at, 0).r);
}

@fragment fn draw(corner: Corner) -> @location(0) vec4f {
  return texelOf(corner);
}

/** Only how much of a pixel is covered, for layers that limit others. */
@fragment fn cover(corner: Corner) -> @location(0) vec4f {
  return texelOf(corner).aaaa;
}`;
