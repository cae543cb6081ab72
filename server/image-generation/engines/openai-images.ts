import { z } from 'zod';
import { defineImageEngine } from '../contract.ts';
import { askJson, decodeImage, fetchBytes } from '../exchange.ts';
import { imageError } from '../image-error.ts';

const answer = z.object({ data: z.array(z.object({ b64_json: z.string().nullish(), url: z.string().nullish() })).min(1) });

/** Models that always answer in base64 refuse to be asked for it. */
const ALWAYS_BASE64 = /^gpt-image/;

/** Any server that speaks `POST /images/generations` as OpenAI does: LocalAI, vLLM-Omni, SD.Next, OpenAI. */
export default defineImageEngine({
  id: 'openai-images',
  optionsSchema: z.object({ baseUrl: z.url(), model: z.string(), apiKey: z.string().optional(), sidePx: z.number() }),
  optionsFrom: ({ openaiImagesBaseUrl, openaiImagesModel, openaiImagesApiKey, openaiImagesSidePx }) =>
    openaiImagesBaseUrl
      ? { baseUrl: openaiImagesBaseUrl, model: openaiImagesModel, apiKey: openaiImagesApiKey, sidePx: openaiImagesSidePx }
      : undefined,
  create: ({ baseUrl, model, apiKey, sidePx }) => ({
    id: 'openai-images',
    async generate({ prompt, maxBytes, signal }) {
      const url = new URL(`${baseUrl.replace(/\/$/, '')}/images/generations`);
      const body = {
        ...(model ? { model } : {}),
        prompt,
        n: 1,
        size: `${sidePx}x${sidePx}`,
        ...(ALWAYS_BASE64.test(model) ? {} : { response_format: 'b64_json' }),
      };
      const parsed = answer.safeParse(await askJson({ url, body, apiKey, maxBytes, signal }));
      if (!parsed.success) throw imageError('image_server_garbled', 'The image server sent something that is not its protocol');
      const by = model ? `openai-images ${model}` : 'openai-images';
      const { b64_json: base64, url: place } = parsed.data.data[0]!;
      if (base64) return { bytes: decodeImage(base64), by };
      if (place?.startsWith('data:')) return { bytes: decodeImage(place), by };
      const from = place ? URL.parse(place, url) : null;
      // What it names elsewhere could be anything in this network.
      if (from?.origin !== url.origin) throw imageError('image_server_garbled', 'The image server answered without a picture of its own');
      return { bytes: await fetchBytes(from, maxBytes, signal), by };
    },
  }),
});
