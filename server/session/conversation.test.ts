import { describe, expect, it } from 'vitest';
import { Conversation, type Item } from './conversation.ts';

const item = (id: string, text = id, more: Partial<Item> = {}): Item => ({
  id,
  role: id.startsWith('a') ? 'assistant' : 'user',
  medium: 'text',
  text,
  status: 'completed',
  ...more,
});

const filled = (...ids: string[]): Conversation => {
  const conversation = new Conversation(24);
  for (const id of ids) conversation.add(item(id));
  return conversation;
};

const ids = ({ items }: Conversation): string[] => items.map(({ id }) => id);

describe('the conversation', () => {
  it('tells of each item what is before it', () => {
    const conversation = new Conversation(24);
    expect(conversation.add(item('u1'))).toBeUndefined();
    expect(conversation.add(item('a1'))).toBe('u1');
    expect(conversation.add(item('u0'), 'root')).toBeUndefined();
    expect(conversation.add(item('a0'), 'u0')).toBe('u0');
    expect(ids(conversation)).toEqual(['u0', 'a0', 'u1', 'a1']);
  });

  it('finds and removes items', () => {
    const conversation = filled('u1', 'a1', 'u2');
    expect(conversation.find('a1')?.role).toBe('assistant');
    expect(conversation.lastOf('assistant')?.id).toBe('a1');
    expect(conversation.lastOf('system')).toBeUndefined();
    expect([conversation.remove('a1'), conversation.remove('a1')]).toEqual([true, false]);
    expect(ids(conversation)).toEqual(['u1', 'u2']);
  });

  it('forgets the oldest, however much a client adds', () => {
    const conversation = new Conversation(3);
    for (let i = 0; i < 100; i++) conversation.add(item(`u${i}`));
    expect(ids(conversation)).toEqual(['u94', 'u95', 'u96', 'u97', 'u98', 'u99']);
    expect(conversation.history().map(({ text }) => text)).toEqual(['u97', 'u98', 'u99']);
  });
});

describe('what a language model is told', () => {
  it('is what was said before the question, and not what nobody said', () => {
    const conversation = filled('u1', 'a1', 'u2', 'a2');
    conversation.find('a1')!.text = ' ';
    expect(conversation.history('u2').map(({ text }) => text)).toEqual(['u1']);
    expect(conversation.history('unknown')).toHaveLength(3);
  });

  it('shows that an answer was cut off', () => {
    const conversation = filled('u1');
    conversation.add(item('a1', 'It opens at ', { status: 'incomplete' }));
    expect(conversation.history()[1]).toEqual({ role: 'assistant', text: 'It opens at …' });
  });

  it('holds of an answer that is held back as much as was heard', () => {
    const conversation = filled('u1');
    conversation.add(item('a1', 'It opens at nine.', { status: 'in_progress' }));
    expect(conversation.history(undefined, { id: 'a1', heardText: 'It opens' })).toEqual([
      { role: 'user', text: 'u1' },
      { role: 'assistant', text: 'It opens …' },
    ]);
    expect(conversation.history(undefined, { id: 'a1', heardText: '' })).toHaveLength(1);
    expect(conversation.find('a1')?.text).toBe('It opens at nine.');
  });
});
