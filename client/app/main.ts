import '../element/visavis-avatar.ts';
