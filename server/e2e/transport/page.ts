/**
 * The visitor's side of the transport test, as it runs in the browser: a microphone that hums at `micHz`, a receiving
 * video element, a data channel, trickle ICE by PATCH, and meters for what arrives.
 */
export const page = `<!doctype html><title>transport</title><video id="video" autoplay playsinline muted></video><script>
const meter = { events: [], messages: [], frames: 0, shades: new Set() };
let pc, channel, analyser, audioContext, location_;

async function hum(hz) {
  audioContext = new AudioContext({ sampleRate: 48000 });
  await audioContext.resume();
  const oscillator = new OscillatorNode(audioContext, { frequency: hz });
  const gain = new GainNode(audioContext, { gain: 0.3 });
  const out = new MediaStreamAudioDestinationNode(audioContext);
  oscillator.connect(gain).connect(out);
  oscillator.start();
  return out.stream;
}

function watch(video) {
  const canvas = new OffscreenCanvas(8, 8);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const onFrame = () => {
    meter.frames++;
    context.drawImage(video, 0, 0, 8, 8);
    meter.shades.add(context.getImageData(4, 4, 1, 1).data[0] >> 3);
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
}

/** Amplitude at a frequency in what is heard now (Goertzel over 4096 samples). */
function level(hz) {
  if (!analyser) return 0;
  const samples = new Float32Array(4096);
  analyser.getFloatTimeDomainData(samples);
  let re = 0, im = 0;
  samples.forEach((sample, i) => {
    const angle = (2 * Math.PI * hz * i) / audioContext.sampleRate;
    re += sample * Math.cos(angle);
    im += sample * Math.sin(angle);
  });
  return (2 * Math.hypot(re, im)) / samples.length;
}

async function call(micHz, codec) {
  const microphone = await hum(micHz);
  pc = new RTCPeerConnection();
  pc.addTransceiver(microphone.getAudioTracks()[0], { direction: 'sendrecv', streams: [microphone] });
  const video = pc.addTransceiver('video', { direction: 'recvonly' });
  const codecs = RTCRtpReceiver.getCapabilities('video').codecs;
  const wanted = (c) => c.mimeType.toLowerCase() === 'video/' + codec;
  video.setCodecPreferences([...codecs.filter(wanted), ...codecs.filter((c) => !wanted(c))]);
  channel = pc.createDataChannel('anything');
  channel.onopen = () => meter.events.push('channel open');
  channel.onclose = () => meter.events.push('channel closed');
  channel.onmessage = ({ data }) => meter.messages.push(data);
  pc.onconnectionstatechange = () => meter.events.push(pc.connectionState);
  pc.ontrack = ({ track, streams }) => {
    if (track.kind === 'video') {
      document.querySelector('#video').srcObject = streams[0] ?? new MediaStream([track]);
      watch(document.querySelector('#video'));
      return;
    }
    analyser = new AnalyserNode(audioContext, { fftSize: 4096 });
    const element = new Audio();
    element.muted = true;
    element.srcObject = new MediaStream([track]);
    audioContext.createMediaStreamSource(element.srcObject).connect(analyser);
  };
  const pending = [];
  pc.onicecandidate = ({ candidate }) => {
    const send = () => candidate && patch('a=mid:' + candidate.sdpMid + '\\r\\na=' + candidate.candidate + '\\r\\n');
    if (location_) send();
    else pending.push(send);
  };
  await pc.setLocalDescription(await pc.createOffer());
  const response = await fetch('/calls', { method: 'POST', body: pc.localDescription.sdp });
  if (!response.ok) throw new Error(await response.text());
  location_ = response.headers.get('location');
  for (const send of pending) send();
  await pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
}

async function patch(fragment) {
  const response = await fetch(location_, { method: 'PATCH', body: fragment });
  if (!response.ok) throw new Error(await response.text());
  return response.text();
}

/** As a WHIP client restarts ICE (RFC 9725, section 4.3.3). */
async function restartIce() {
  pc.restartIce();
  const offer = await pc.createOffer();
  await pc.setLocalDescription(offer);
  const line = (name) => offer.sdp.match(new RegExp('a=' + name + ':.*'))[0];
  const fragment = await patch([line('ice-ufrag'), line('ice-pwd'), 'm=audio 9 UDP/TLS/RTP/SAVPF 0', 'a=mid:0', ''].join('\\r\\n'));
  const candidates = fragment.split('\\r\\n').filter((l) => l.startsWith('a=candidate')).join('\\r\\n');
  let sdp = pc.currentRemoteDescription.sdp;
  for (const name of ['ice-ufrag', 'ice-pwd']) {
    const value = fragment.match(new RegExp('a=' + name + ':.*'))[0];
    sdp = sdp.replace(new RegExp('a=' + name + ':.*', 'g'), value.trim());
  }
  sdp = sdp.replace(/a=candidate:.*\\r\\n/g, '').replace(/(a=ice-ufrag:)/, candidates + '\\r\\n$1');
  await pc.setRemoteDescription({ type: 'answer', sdp });
}

function state() {
  return { ...meter, shades: meter.shades.size, ufrag: pc?.remoteDescription?.sdp.match(/ice-ufrag:(\\S*)/)?.[1] };
}
</script>`;
