/// A chart, the text that says who made it, and the key that the text was signed with, all made for this test with GnuPG.
enum SignedChart {
  static let archive =
    "H4sIAAAAAAACA+3UsarCMBiG4cy5ilxBm2hV6Ors6v5DczRoY2miIHLu/fQoIri4iIi+z/KHZMiQfF8Kq+ibcr6WPhdHabfq+exgWlXnObif1k7Gt/X/vnOucspY9QL7lKUfrlffSbqw9H0Ku1ibw0hHaX1t0vlT6MP1wBausFrh81yeusy+7baSfSrl+S3wMP/T+/yPxm5G/l+ef6c3ITa1me/iT1gtpNOtz9JIltqcLtUgv/QAAAAAAAAAAAAAAADAO/kDXVaHVAAoAAA="

  static let provenance = """
    -----BEGIN PGP SIGNED MESSAGE-----
    Hash: SHA256

    apiVersion: v2
    name: signed
    version: 0.1.0

    ...
    files:
      signed-0.1.0.tgz: sha256:5b9a59491d5840f9d46f223926aca64303f0273107d196a039d7c41279e3c6d0
    -----BEGIN PGP SIGNATURE-----

    iHUEARYIAB0WIQTaCkHror+Xd7NP6jS5H1q5Af5AUwUCZZNSAAAKCRC5H1q5Af5A
    UxeSAP0banI0DMWYJFuW1nh2JxAQv6K/DhESuvX9L11dKaNEDwEAwPF79haw6BQl
    u7cqdxiX83JcyNQwnMCp+/LHvNLNmgw=
    =+RqG
    -----END PGP SIGNATURE-----

    """

  static let key = """
    -----BEGIN PGP PUBLIC KEY BLOCK-----

    mDMEZZIAgBYJKwYBBAHaRw8BAQdASJnHYqawMQ39xu0oFJasMBEfFRpDk9F4kkWC
    i5v9qpu0H0NoYXJ0IFRlc3QgPGNoYXJ0c0BleGFtcGxlLmNvbT6IjwQTFggAOBYh
    BNoKQeuiv5d3s0/qNLkfWrkB/kBTBQJlkgCAAhsjBQsJCAcCBhUKCQgLAgQWAgMB
    Ah4BAheAAAoJELkfWrkB/kBTImAA/0XTqFnJmqnci8jhBnT+TtuLIdBqq9BvuBO7
    8pOWHvYHAPdhoClFJGt7mu/hftYTFF2bnYcEP+nFh/feVuFVudsI
    =CbiX
    -----END PGP PUBLIC KEY BLOCK-----

    """
}
