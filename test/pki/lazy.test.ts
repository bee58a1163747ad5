test('loading the API loads neither the certificate library nor its polyfill, so that synthesis does not pay for them', () => {
  const loaded: string[] = [];
  jest.doMock('@peculiar/x509', () => loaded.push('@peculiar/x509'));
  jest.doMock('reflect-metadata', () => loaded.push('reflect-metadata'));
  jest.isolateModules(() => {
    const { CertificateAuthority } = jest.requireActual<typeof import('../../src/pki')>('../../src/pki');
    expect(CertificateAuthority.root).toBeInstanceOf(Function);
  });
  expect(loaded).toEqual([]);
  jest.requireMock('@peculiar/x509');
  expect(loaded).toEqual(['@peculiar/x509']);
});
