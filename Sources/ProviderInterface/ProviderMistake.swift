/// The last sentence of a message that tells what a provider did wrong.
package let providerMistake = "This is a mistake of the provider; please report it to its developers."
