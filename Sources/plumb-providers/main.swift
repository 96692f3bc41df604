import Glibc
import Plugin

exit(await ProviderBundle(bundledProviders).run(CommandLine.arguments, environment: PluginServer.processEnvironment))
