import { z } from 'zod';
import { defineImageEngine } from '../contract.ts';
import { askJson, decodeImage } from '../exchange.ts';
import { imageError } from '../image-error.ts';

const answer = z.object({ images: z.array(z.string()).min(1) });
const SMALL_ANSWER_BYTES = 65_536;
const INTERRUPT_TIMEOUT_MS = 2_000;

/** Stable Diffusion WebUI and its relatives (Forge, SD.Next): `POST /sdapi/v1/txt2img`. */
export default defineImageEngine({
  id: 'stable-diffusion-webui',
  optionsSchema: z.object({ url: z.url(), model: z.string(), sidePx: z.number(), steps: z.number() }),
  optionsFrom: ({ sdWebuiUrl, sdWebuiModel, sdWebuiSidePx, sdWebuiSteps }) =>
    sdWebuiUrl ? { url: sdWebuiUrl, model: sdWebuiModel, sidePx: sdWebuiSidePx, steps: sdWebuiSteps } : undefined,
  create: ({ url, model, sidePx, steps }) => ({
    id: 'stable-diffusion-webui',
    async generate({ prompt, negativePrompt, seed, maxBytes, signal }) {
      const at = (path: string) => new URL(`${url.replace(/\/$/, '')}/sdapi/v1/${path}`);
      const body = {
        prompt,
        negative_prompt: negativePrompt,
        seed,
        width: sidePx,
        height: sidePx,
        steps,
        cfg_scale: 6,
        batch_size: 1,
        n_iter: 1,
        send_images: true,
        save_images: false,
        ...(model ? { override_settings: { sd_model_checkpoint: model } } : {}),
      };
      // It goes on drawing for nobody when the connection ends.
      const interrupt = () =>
        void askJson({
          url: at('interrupt'),
          body: {},
          maxBytes: SMALL_ANSWER_BYTES,
          signal: AbortSignal.timeout(INTERRUPT_TIMEOUT_MS),
        }).catch(() => undefined);
      signal.addEventListener('abort', interrupt, { once: true });
      try {
        const parsed = answer.safeParse(await askJson({ url: at('txt2img'), body, maxBytes, signal }));
        if (!parsed.success) throw imageError('image_server_garbled', 'The image server sent something that is not its protocol');
        return { bytes: decodeImage(parsed.data.images[0]!), by: model ? `stable-diffusion-webui ${model}` : 'stable-diffusion-webui' };
      } finally {
        signal.removeEventListener('abort', interrupt);
      }
    },
  }),
});
