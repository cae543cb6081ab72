import { errorCatalogue } from '../core/errors.ts';

export const avatarError = errorCatalogue('avatars', {
  jobs_full: { status: 503, retryable: true, hint: 'avatars.maxQueuedJobs is how many may wait.' },
  job_unknown: { status: 404, retryable: false, hint: 'Finished jobs are forgotten after avatars.keepJobsMs.' },
  job_unfinished: { status: 409, retryable: true, hint: 'Wait until the job is done.' },
  variant_unknown: { status: 404, retryable: false },
  description_unusable: { status: 422, retryable: false, hint: 'Say who is to be seen, e.g. "a young man with glasses".' },
  brief_invalid: { status: 422, retryable: false },
  style_unknown: { status: 422, retryable: false },
  avatar_protected: {
    status: 403,
    retryable: false,
    hint: 'Nobody made this avatar here. avatars.protectShipped: false lets it be removed.',
  },
  avatar_in_use: {
    status: 409,
    retryable: false,
    hint: 'Calls that ask for no avatar get this one; choose another with face.avatar first.',
  },
  drawing_failed: { status: 500, retryable: true },
  drawing_timed_out: { status: 504, retryable: true },
  voice_unknown: { status: 404, retryable: false },
});
