import { errorCatalogue } from '../core/errors.ts';

/** Everything that can be wrong with a photograph, each with what its owner can do about it. */
export const portraitError = errorCatalogue('portrait', {
  portrait_not_picture: { status: 415, retryable: false, hint: 'Use a JPEG, PNG, WebP, AVIF or TIFF file.' },
  portrait_broken: { status: 422, retryable: false, hint: 'Save the picture again, or use another copy of it.' },
  portrait_animated: { status: 422, retryable: false, hint: 'Use a picture that stands still.' },
  portrait_too_large: { status: 413, retryable: false, hint: 'Make the picture smaller first; 2000 pixels a side are plenty.' },
  portrait_too_small: { status: 422, retryable: false, hint: 'Use a larger picture, or one where the face fills more of it.' },
  portrait_empty: { status: 422, retryable: false, hint: 'The picture shows nothing; check its transparency.' },
  portrait_no_face: {
    status: 422,
    retryable: false,
    hint: 'Use a picture of one face that looks into the camera, or place the points by hand.',
  },
  portrait_several_faces: { status: 422, retryable: false, hint: 'Cut the picture to the one face that is wanted.' },
  portrait_turned: { status: 422, retryable: false, hint: 'The face should look into the camera.' },
  portrait_tilted: { status: 422, retryable: false, hint: 'Turn the picture so that the head is upright.' },
  portrait_blurred: { status: 422, retryable: false, hint: 'Use a sharper picture.' },
  portrait_dark: { status: 422, retryable: false, hint: 'Use a picture with more light on the face.' },
  portrait_burnt: { status: 422, retryable: false, hint: 'Use a picture with softer light: parts of the face are white.' },
  portrait_cut: { status: 422, retryable: false, hint: 'Use a picture that shows the whole face with some room around it.' },
  portrait_hidden: { status: 422, retryable: false, hint: 'Eyes and mouth must be free of hands, hair, masks and dark glasses.' },
  points_invalid: {
    status: 422,
    retryable: false,
    hint: 'The points are pixels of the upright picture; right and left are the person’s own.',
  },
  landmarks_missing: {
    status: 501,
    retryable: false,
    hint: 'Install the optional package @vladmandic/face-api, or give the points of the face (--points points.json).',
  },
  avatar_name_invalid: { status: 422, retryable: false, hint: 'Names are lower-case letters, digits and hyphens.' },
  avatar_exists: { status: 409, retryable: false, hint: 'Choose another name, or replace it (--replace).' },
  import_failed: { status: 500, retryable: true },
  import_timed_out: { status: 504, retryable: true },
});
