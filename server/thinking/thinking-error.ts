import { errorCatalogue } from '../core/errors.ts';

export const thinkingError = errorCatalogue('thinking', {
  llm_unreachable: { status: 502, retryable: true, hint: 'Is the model server running, and is its address right?' },
  llm_refused: { status: 502, retryable: false, hint: 'The model server refused the request; see its log.' },
  llm_garbled: { status: 502, retryable: true },
  llm_silent: { status: 504, retryable: true },
  llm_busy: { status: 503, retryable: true },
  knowledge_unreadable: { status: 500, retryable: false, hint: 'thinking.knowledgeDir must be a readable folder.' },
});
