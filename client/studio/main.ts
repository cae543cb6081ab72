import './avatar-gallery.ts';
import './describe-panel.ts';
import './made-card.ts';
import './photo-panel.ts';
import './point-editor.ts';
import './studio-app.ts';
import './voice-trial.ts';
