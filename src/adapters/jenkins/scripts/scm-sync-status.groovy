// Reads what the SCM Sync Configuration plugin has saved and what it has not. Changes nothing, uses no network.
import groovy.json.JsonOutput
import java.util.logging.Level
import jenkins.model.Jenkins

def answer = { Map result -> println('@@CIBOT@@' + JsonOutput.toJson(result) + '@@END@@') }
try {
    def jenkins = Jenkins.instance
    def home = jenkins.rootDir
    def withoutLogin = { String text -> text.replaceAll('//[^/@ ]*@', '//') }
    def wrapper = jenkins.pluginManager.getPlugin('scm-sync-configuration')
    def plugin = wrapper?.plugin
    def status = [ok: true, now: System.currentTimeMillis(), timeZone: TimeZone.default.ID,
                  session: '' + Jenkins.SESSION_HASH,
                  plugin: wrapper == null ? 'absent' : (plugin != null && wrapper.active ? 'active' : 'inactive')]
    if (wrapper != null) status.pluginVersion = '' + wrapper.version
    if (plugin != null) {
        status.scm = '' + (plugin.SCM?.title ?: 'None')
        status.url = withoutLogin('' + (plugin.scmUrl ?: ''))
        status.displayStatus = plugin.displayStatus
        // Private members, read past their getters; a release that has them not leaves the fields out.
        try { status.queuedCommits = plugin.@business.@commitsQueue.size() } catch (Throwable absent) { }
        try { status.checkoutSucceeded = plugin.@business.@checkoutSucceeded } catch (Throwable absent) { }
    }

    // Times are taken from the files, because the dates inside have no zone to rely on.
    def logFile = { String name ->
        def file = new File(home, name)
        if (!file.exists()) return [exists: false]
        String text = file.getText()
        [exists: true, mtime: file.lastModified(), size: file.length(),
         tail: withoutLogin(text.substring(Math.max(0, text.length() - 2000)))]
    }
    status.success = logFile('scm-sync-configuration.success.log')
    status.fail = logFile('scm-sync-configuration.fail.log')

    def checkout = new File(home, 'scm-sync-configuration/checkoutConfiguration')
    status.checkoutDir = checkout.isDirectory()
    if (new File(checkout, '.git').exists()) {
        def git = { List words ->
            def process = new ProcessBuilder((['git', '-c', 'core.quotepath=false'] + words) as String[]).directory(checkout).start()
            process.outputStream.close()
            def said = new StringBuffer()
            def reader = process.consumeProcessOutputStream(said)
            // Read away and dropped: a warning is no answer.
            process.consumeProcessErrorStream(new StringBuffer())
            process.waitForOrKill(5000)
            reader.join(1000)
            process.exitValue() == 0 ? said.toString().trim() : null
        }
        def ahead = git(['rev-list', '--count', 'HEAD', '--not', '--remotes'])
        if (ahead != null && ahead.isInteger()) status.unpushedCommits = ahead.toInteger()
        def dirty = git(['status', '--porcelain'])
        if (dirty != null) status.dirtyFiles = dirty ? dirty.readLines().size() : 0
        def head = git(['log', '-1', '--format=%H %ct'])
        if (head != null) status.head = head
        def live = new File(home, 'config.xml')
        def kept = new File(checkout, 'config.xml')
        if (live.exists()) status.configInSync = kept.exists() && Arrays.equals(live.bytes, kept.bytes)

        // What a new task would not find: of commits that wait in memory, of commits not pushed, of the checkout, of Jenkins itself.
        def atRisk = new LinkedHashSet()
        try {
            new ArrayList(plugin.@business.@commitsQueue).each { commit ->
                commit.changeset.pathContents.keySet().each { atRisk << it.path }
                commit.changeset.pathsToDelete.each { atRisk << it.path }
            }
        } catch (Throwable absent) { }
        // The empty format leaves the names, with a blank line between two commits.
        def unpushed = git(['log', '--name-only', '--pretty=format:', 'HEAD', '--not', '--remotes'])
        if (unpushed) atRisk.addAll(unpushed.readLines().findAll { it.trim() })
        // `XY path` or `R  old -> new`; the first line has lost its leading blank.
        if (dirty) atRisk.addAll(dirty.readLines().collect { it.trim().replaceFirst(/^\S+\s+/, '').replaceFirst(/^.* -> /, '') })
        if (status.configInSync == false) atRisk << 'config.xml'
        status.filesAtRisk = atRisk.toList().take(50).collect { withoutLogin('' + it) }
    }

    // The milestones of a start, and of each reload after it: the newest tells when Jenkins last loaded its configuration.
    def records = new ArrayList(Jenkins.logRecords)
    def milestones = records.findAll { it.loggerName == 'jenkins.InitReactorRunner' }
    if (!milestones.isEmpty()) status.loadedAt = milestones.collect { it.millis }.max()
    def ours = records.findAll { record ->
        record.loggerName?.startsWith('hudson.plugins.scm_sync_configuration') && record.level.intValue() >= Level.WARNING.intValue()
    }
    status.log = ours.sort { it.millis }.reverse().take(5).collect { record ->
        String message = '' + record.message
        [millis: record.millis, level: record.level.name, logger: record.loggerName.tokenize('.').last(),
         message: withoutLogin(message.substring(0, Math.min(600, message.length())))]
    }
    answer(status)
} catch (Throwable failure) {
    answer([ok: false, error: failure.getClass().name + ': ' + failure.message])
}
return null
