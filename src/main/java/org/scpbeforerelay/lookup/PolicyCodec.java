package org.scpbeforerelay.lookup;

import java.nio.ByteBuffer;

/**
 * The policy protocol of Postfix (SMTPD_POLICY_README, "Protocol description").
 *
 * <pre>
 * request:  name=value LF … LF             attributes in any order, ended by an empty line
 * answer:   action=WORDS LF LF
 * </pre>
 *
 * <p>Limits: 64 KiB and 512 lines a request (Postfix 3.7 sends about 570 bytes in 29 lines). Any name is accepted and any byte but LF in a value: Postfix adds
 * attributes, and clients choose what stands in sender and helo_name. Malformed, hence the end of the connection: a line without
 * {@code =}, an empty name, an empty request. A request whose {@code request} attribute is missing or another than
 * {@code smtpd_access_policy} is answered DUNNO. There is no way to answer an error in this protocol: whoever gets no answer
 * applies its {@code default_action}.
 */
final class PolicyCodec implements LookupCodec {
    /** The longest request, in bytes, its empty line included. */
    static final int REQUEST_MAX = 64 * 1024;

    private final PolicyRequest request = new PolicyRequest();
    private final PolicyAnswers answers;

    PolicyCodec(PolicyAnswers answers) {
        this.answers = answers;
    }

    @Override
    public int answer(byte[] bytes, int from, int to, ByteBuffer answer) {
        int end = request.read(bytes, from, to);
        if (end - from > REQUEST_MAX || end == INCOMPLETE && to - from > REQUEST_MAX) {
            return OVERSIZED;
        }
        if (end > 0) {
            answer.put(answers.answer(request));
        }
        return end;
    }

    @Override
    public boolean mayBeComplete(byte[] bytes, int from, int fresh, int to) {
        return to - from > REQUEST_MAX || PolicyRequest.isSettled(bytes, from, fresh, to);
    }

    @Override
    public LookupProtocol protocol() {
        return LookupProtocol.POLICY;
    }
}
