/** Datagrams that nobody honest sends in the middle of a call. */
export function hostileDatagrams(): Record<string, Buffer> {
  const record = (type: number, payload: Buffer, epoch = 0) => {
    const header = Buffer.alloc(13);
    header[0] = type;
    header.writeUInt16BE(0xfefd, 1);
    header.writeUInt16BE(epoch, 3);
    header.writeUInt16BE(payload.length, 11);
    return Buffer.concat([header, payload]);
  };
  const handshake = (type: number, payload: Buffer) => {
    const header = Buffer.alloc(12);
    header[0] = type;
    header.writeUIntBE(payload.length, 1, 3);
    header.writeUIntBE(payload.length, 9, 3);
    return record(22, Buffer.concat([header, payload]));
  };
  const hello = Buffer.concat([Buffer.from('fefd', 'hex'), Buffer.alloc(32, 7), Buffer.from('00000002c02b01000000', 'hex')]);
  return {
    fatalAlert: record(21, Buffer.from([2, 40])),
    closeNotify: record(21, Buffer.from([1, 0])),
    clientHello: handshake(1, hello),
    helloVerify: handshake(3, Buffer.from('feff04aabbccdd', 'hex')),
    finished: handshake(20, Buffer.alloc(12)),
    changeCipherSpec: record(20, Buffer.from([1])),
    unknownContent: record(25, Buffer.from([1, 2, 3])),
    applicationGarbage: record(23, Buffer.alloc(40), 1),
    alertGarbage: record(21, Buffer.alloc(26), 1),
    handshakeGarbage: record(22, Buffer.alloc(60, 5), 1),
    secondRecordPlain: Buffer.concat([record(23, Buffer.alloc(40), 1), record(21, Buffer.from([2, 40]))]),
    cutOff: Buffer.from([22, 1]),
    lyingLength: Buffer.concat([record(23, Buffer.alloc(10), 1).subarray(0, 12), Buffer.from([255])]),
    rtpGarbage: Buffer.concat([Buffer.from([0x80, 111]), Buffer.alloc(60, 1)]),
    rtpShort: Buffer.from([0x80, 111, 0]),
    rtcpGarbage: Buffer.concat([Buffer.from([0x81, 201]), Buffer.alloc(40, 1)]),
    stunGarbage: Buffer.concat([Buffer.from('000100002112a442', 'hex'), Buffer.alloc(12, 9)]),
    stunLyingLength: Buffer.concat([Buffer.from('0001ffff2112a442', 'hex'), Buffer.alloc(12, 9)]),
    empty: Buffer.alloc(0),
    ones: Buffer.alloc(1_400, 0xff),
    turnChannel: Buffer.from([0x40, 0, 0, 4, 1, 2, 3, 4]),
  };
}
