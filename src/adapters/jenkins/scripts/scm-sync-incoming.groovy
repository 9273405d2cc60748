// Reads what a pull from git would put over JENKINS_HOME. Fetches, which asks the git server and changes no file of Jenkins
// or of the checkout; then compares what the checkout would hold with what Jenkins has.
import groovy.json.JsonOutput
import java.security.MessageDigest
import jenkins.model.Jenkins

def answer = { Map result -> println('@@CIBOT@@' + JsonOutput.toJson(result) + '@@END@@') }
try {
    def jenkins = Jenkins.instance
    def home = jenkins.rootDir
    def withoutLogin = { String text -> text.replaceAll('//[^/@ ]*@', '//') }
    def checkout = new File(home, 'scm-sync-configuration/checkoutConfiguration')
    def found = [ok: true, session: '' + Jenkins.SESSION_HASH, checkout: new File(checkout, '.git').exists()]

    if (found.checkout) {
        def git = { List words, int waitMs ->
            def builder = new ProcessBuilder((['git', '-c', 'core.quotepath=false'] + words) as String[]).directory(checkout)
            // Nobody is there to type a password.
            builder.environment().put('GIT_TERMINAL_PROMPT', '0')
            def process = builder.start()
            process.outputStream.close()
            def said = new StringBuffer()
            def complained = new StringBuffer()
            def readers = [process.consumeProcessOutputStream(said), process.consumeProcessErrorStream(complained)]
            process.waitForOrKill(waitMs)
            readers.each { it.join(1000) }
            [well: process.exitValue() == 0, said: said.toString(), complained: complained.toString()]
        }
        def fetched = git(['fetch', '--quiet'], 12000)
        found.fetched = fetched.well
        if (!fetched.well) {
            String why = withoutLogin(fetched.complained)
            found.refusal = why.substring(0, Math.min(600, why.length()))
        }
        // A branch that follows none is pulled from the branch the clone began with.
        def upstream = ['@{upstream}', 'origin/HEAD'].find { git(['rev-parse', '--verify', '--quiet', it], 5000).well }
        if (upstream != null) {
            found.behind = git(['rev-list', '--count', 'HEAD..' + upstream], 5000).said.trim().toInteger()
            found.ahead = git(['rev-list', '--count', upstream + '..HEAD'], 5000).said.trim().toInteger()
        }
        String target = upstream != null && found.behind > 0 ? upstream : 'HEAD'
        found.commit = git(['rev-parse', target], 5000).said.trim()

        // `100644 blob <sha1>\t<path>`: git names a file by its content, so nothing has to be read from the repository.
        def nameOf = { File file ->
            def digest = MessageDigest.getInstance('SHA-1')
            byte[] bytes = file.bytes
            digest.update(('blob ' + bytes.length + '\0').getBytes('UTF-8'))
            digest.digest(bytes).encodeHex().toString()
        }
        def overwritten = [], added = []
        git(['ls-tree', '-r', '-z', target], 10000).said.split('\0').each { String line ->
            def parts = (line =~ /^\d+ blob ([0-9a-f]{40})\t([\s\S]+)$/)
            if (!parts.find()) return
            def file = new File(home, parts.group(2))
            if (!file.exists()) added << parts.group(2)
            else if (file.isFile() && nameOf(file) != parts.group(1)) overwritten << parts.group(2)
        }
        found.overwritten = overwritten.take(50).collect { withoutLogin('' + it) }
        found.overwrittenCount = overwritten.size()
        found.added = added.take(50).collect { withoutLogin('' + it) }
        found.addedCount = added.size()
    }
    answer(found)
} catch (Throwable failure) {
    answer([ok: false, error: failure.getClass().name + ': ' + failure.message])
}
return null
