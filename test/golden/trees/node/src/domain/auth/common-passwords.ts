/** What guessing begins with, as far as the other rules for passwords would let it pass. */

export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
00000000a 0987654321q 11111111a 111111aa 123123123a 123123abc 12341234a 1234567890q 123456789a
123456789q 12345678a 12345678q 1234567a 123456aa 123456ab 123456abc 123456qw 123456qwerty
123abc123 123qweasd 123qweasdzxc 12qwaszx 147258369a 18atcskd2w 1a2b3c4d 1g2w3e4r 1q2w3e4r
1q2w3e4r5t 1q2w3e4r5t6y 1qaz1qaz 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 3rjs1la7qe a1234567 a12345678
a123456789 a1b2c3d4 a1s2d3f4 aa123456 aa12345678 abc12345 abc123456 abc123abc abcd1234 abcd12345
access14 admin123 admin1234 admin12345 admin123456 administrator1 andrea123 angel123 asd12345
asd123456 asdf1234 asdfgh123 asdfghjkl1 ashley123 baseball1 baseball123 batman123 blink182
changeme1 changeme123 charlie1 charlie123 chelsea1 chelsea123 chocolate1 computer1 daniel123
demo1234 dragon123 family123 football1 football123 forever1 freedom1 g9l2d1fzpy g_czechout1
guest123 hallo123 hello123 hello1234 iloveyou1 iloveyou12 iloveyou123 iloveyou2 jessica1
jordan123 jordan23 killer123 lakers24 letmein1 letmein123 liverpool1 login123 lol12345 london123
love12345 loveyou1 master123 matrix123 michael1 michael123 michelle1 monkey123 mustang1 mynoob12
nicole123 p455word pa55word pass1234 pass12345 pass123456 passw0rd passw0rd1 passw0rd123
password0 password01 password1 password1! password12 password123 password1234 password12345
password2 password3 password5 password7 password99 pokemon1 pokemon123 princess1 princess12
princess123 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qazwsx123 qazwsxedc1 qq123456 qq123456789 qwe12345
qwe123456 qwe123qwe qwer1234 qwer12345 qwerty01 qwerty11 qwerty12 qwerty123 qwerty1234
qwerty12345 qwerty123456 qwertyu1 qwertyui1 qwertyuiop1 robert123 root1234 samsung1 samsung123
secret123 shadow123 spring2024 spring2025 spring2026 startrek1 starwars1 student1 summer123
summer2024 summer2025 summer2026 sunshine1 sunshine123 superman1 superman123 temp1234 test1234
test12345 test123456 testtest1 thomas123 trustno1 user1234 user12345 wachtwoord1 welcome01
welcome1 welcome12 welcome123 welcome1234 whatever1 william1 winter123 winter2024 winter2025
winter2026 xbox360live zag12wsx zaq12wsx zaq1xsw2 zxcvbnm1 zxcvbnm123
`
    .trim()
    .split(/\s+/),
);
