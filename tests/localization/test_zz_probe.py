import json
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.localization.calls import *
from tests.localization.work import *
import pytest
LOC=["de","fr","es","it","nl","pl","pt","ru","uk","cs","sk","sl","hr","sr","bg","ro","hu","fi","sv","da","nb","et","lv","lt","el","tr","ar","he","fa","hi","bn","ta","te","ml","kn","mr","gu","pa","ur","th","vi","id","ms","ja","ko","zh","is","ga","cy","eu","ca","gl","mt","sq","mk","bs","af","sw","zu","xh","am","ha","yo","ig","so","ka","hy","az","kk","uz","ky","tg","tk","mn","ne","si","my","km","lo","bo","dz","ug","ps","ku","ckb","yi","lb","fo","br","gd","oc","co","la","eo","jv","su","mi","sm","to","fj"]
def test_x(api, foreign_api):
    print(len(LOC), len(set(LOC)))
    a=api.submit(); print(a)
    for n in (1,14,100):
        with CaptureQueriesContext(connection) as q:
            a=api.submit(targetLocales=LOC[:n])
        print(n, a.status, len(q))
    if 1:
        for x in q: print(x['sql'][:110])
    g=a.body
    for n in (g["groupId"],):
        with CaptureQueriesContext(connection) as q: r=api.get(f"{GROUPS}/{n}")
        print(len(q), r.status)
    with CaptureQueriesContext(connection) as q: r=api.get(JOBS,limit=100)
    print(len(q))
    for x in q: print(x['sql'][:1500])
    r=api.get(JOBS+"/"+g["jobs"][0]["id"]); print(r.text)
    run_due_steps()
    r=api.get(JOBS+"/"+g["jobs"][0]["id"]); print(r.text)
    print(count_rows())
    r=api.post(f"{GROUPS}/{n}/ws-ticket"); print(r)
    r=api.post(f"{GROUPS}/{n}/cancel"); print(r)
    r=api.get(JOBS,cursor=""); print(r.status)
    r=api.get(JOBS,status=""); print(r.status)
    print(api.call("OPTIONS",JOBS))
