import '../element/visavis-avatar.ts';
import './call-controls.ts';
import './face-picker.ts';
import './start-card.ts';
import './transcript-panel.ts';
import './visavis-app.ts';
import './waterfall.ts';
